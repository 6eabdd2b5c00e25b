// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluate/interval.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace hone
{
namespace
{

constexpr double z = 1.96;

}

Interval wilsonInterval(std::size_t successes, std::size_t trials)
{
    if (trials == 0)
        return {0, 1};
    const auto n = static_cast<double>(trials);
    const double p = static_cast<double>(successes) / n;
    const double denominator = 1 + z * z / n;
    const double centre = (p + z * z / (2 * n)) / denominator;
    const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / denominator;
    return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

Interval meanInterval(std::span<const double> values)
{
    if (values.empty())
        return {};
    const auto n = static_cast<double>(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
    if (values.size() < 2)
        return {mean, mean};
    double squares = 0;
    for (const double value : values)
        squares += (value - mean) * (value - mean);
    const double half = z * std::sqrt(squares / (n - 1) / n);
    return {mean - half, mean + half};
}

Interval areaInterval(double area, std::size_t positives, std::size_t negatives)
{
    if (positives == 0 || negatives == 0)
        return {0, 1};
    const auto p = static_cast<double>(positives);
    const auto n = static_cast<double>(negatives);
    const double square = area * area;
    const double q1 = area / (2 - area);
    const double q2 = 2 * square / (1 + area);
    const double variance = (area * (1 - area) + (p - 1) * (q1 - square) + (n - 1) * (q2 - square)) / (p * n);
    const double half = z * std::sqrt(std::max(0.0, variance));
    return {std::max(0.0, area - half), std::min(1.0, area + half)};
}

} // namespace hone
