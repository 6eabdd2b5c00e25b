// SPDX-License-Identifier: GPL-3.0-or-later
// 95 % confidence intervals, in closed form.
#pragma once

#include <cstddef>
#include <span>

namespace hone
{

struct Interval
{
    double low = 0;
    double high = 0;
};

// Wilson's score interval for a proportion, z = 1.96 (Wilson 1927, equation in section "Probable inference").
Interval wilsonInterval(std::size_t successes, std::size_t trials);

// mean +- 1.96 s / sqrt(n), s the sample's standard deviation (n - 1); of fewer than two values: the mean itself.
Interval meanInterval(std::span<const double> values);

// Of an area under the ROC curve (Hanley and McNeil 1982, equation 2: Q1 = A / (2 - A), Q2 = 2 A^2 / (1 + A)), within [0, 1].
Interval areaInterval(double area, std::size_t positives, std::size_t negatives);

} // namespace hone
