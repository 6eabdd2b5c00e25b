// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluate/accuracy.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace hone
{
namespace
{

constexpr double largestLoss = 100;

}

RowScore scoreRow(std::span<const float> row, std::int64_t label)
{
    constexpr float last = -std::numeric_limits<float>::infinity();
    const auto at = [&](std::size_t i) { return std::isnan(row[i]) ? last : row[i]; };
    const auto target = static_cast<std::size_t>(label);
    RowScore score;
    float largest = last;
    double sum = 0;
    bool negative = false;
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (at(i) > largest) {
            largest = at(i);
            score.prediction = static_cast<int>(i);
        }
        score.rank += at(i) > at(target) || (at(i) == at(target) && i < target);
        sum += row[i];
        negative = negative || !(row[i] >= 0);
    }
    double exponentials = 0;
    for (std::size_t i = 0; i < row.size(); ++i)
        exponentials += std::exp(static_cast<double>(at(i)) - largest);
    score.logitLoss = std::log(exponentials) + largest - at(target);
    if (!std::isfinite(score.logitLoss))
        score.logitLoss = largestLoss;
    score.probabilityLoss = at(target) > 0 ? std::min(largestLoss, -std::log(static_cast<double>(at(target)))) : largestLoss;
    score.isProbability = !negative && std::abs(sum - 1) <= 0.01;
    return score;
}

bool endsInSoftmax(const Graph& graph)
{
    const GraphUses uses(graph);
    auto value = graph.outputs.at(0);
    while (uses.producer(value).valid()) {
        const auto& node = graph.node(uses.producer(value));
        if (node.opType == "Softmax")
            return true;
        static const std::vector<std::string> transparent = {"Identity",  "Reshape",        "Flatten",          "Squeeze", "Unsqueeze",
                                                             "Transpose", "QuantizeLinear", "DequantizeLinear", "Cast"};
        if (std::ranges::find(transparent, node.opType) == transparent.end() || !node.input(0).valid())
            return false;
        value = node.input(0);
    }
    return false;
}

} // namespace hone
