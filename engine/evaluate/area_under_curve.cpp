// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluate/area_under_curve.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace hone
{

std::optional<double> areaUnderCurve(std::span<const double> positives, std::span<const double> negatives)
{
    if (positives.empty() || negatives.empty())
        return std::nullopt;
    std::vector<std::pair<double, bool>> scores; // and whether it is a positive's
    const auto add = [&](std::span<const double> values, bool positive) {
        for (const double value : values)
            scores.emplace_back(std::isnan(value) ? std::numeric_limits<double>::infinity() : value, positive);
    };
    add(positives, true);
    add(negatives, false);
    std::ranges::sort(scores);

    double rankSum = 0; // of positives, ranks from 1, equal scores sharing their mean rank
    for (std::size_t begin = 0; begin < scores.size();) {
        std::size_t end = begin;
        std::size_t among = 0;
        for (; end < scores.size() && scores[end].first == scores[begin].first; ++end)
            among += scores[end].second;
        rankSum += static_cast<double>(among) * (static_cast<double>(begin + 1 + end) / 2);
        begin = end;
    }
    const auto p = static_cast<double>(positives.size());
    const auto n = static_cast<double>(negatives.size());
    return (rankSum - p * (p + 1) / 2) / (p * n);
}

} // namespace hone
