// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>

namespace hone
{

// The area under the ROC curve of scores that shall be higher for positives: share of pairs of a positive and a negative in which
// the positive's is higher, equal ones half, by ranks (Mann and Whitney 1947). A NaN ranks above everything, since what
// a detector can't score isn't normal. None where either kind is missing.
std::optional<double> areaUnderCurve(std::span<const double> positives, std::span<const double> negatives);

} // namespace hone
