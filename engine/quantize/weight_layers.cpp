// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/weight_layers.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace hone
{
namespace
{

bool isRecurrent(const Node& node)
{
    return node.opType == "LSTM" || node.opType == "GRU" || node.opType == "RNN";
}

bool isFloatWeight(const Graph& graph, ValueId id, std::int64_t lowestRank)
{
    if (!graph.isConstant(id))
        return false;
    const auto& weights = graph.value(id).constant;
    return weights.dtype() == DType::Float32 && weights.rank() >= lowestRank && weights.size() > 0;
}

std::vector<WeightLayer> candidates(const Graph& graph, NodeId id)
{
    const auto& node = graph.node(id);
    if (!isWeightOperator(node))
        return {};
    const auto rank = [&](std::size_t input) { return graph.value(node.input(input)).constant.rank(); };
    if (node.opType == "Conv" && isFloatWeight(graph, node.input(1), 3))
        return {{id, 1, 0, 1}};
    if (node.opType == "ConvTranspose" && isFloatWeight(graph, node.input(1), 3))
        return {{id, 1, 1, 0}};
    if (node.opType == "Gemm" && isFloatWeight(graph, node.input(1), 2)) {
        const std::int64_t transposed = node.intAttribute("transB", 0) != 0 ? 1 : 0;
        return {{id, 1, 1 - transposed, transposed}};
    }
    if (node.opType == "MatMul") {
        if (isFloatWeight(graph, node.input(1), 2))
            return {{id, 1, rank(1) - 1, rank(1) - 2}};
        if (isFloatWeight(graph, node.input(0), 2))
            return {{id, 0, rank(0) - 2, rank(0) - 1}};
    }
    if (isRecurrent(node) && isFloatWeight(graph, node.input(1), 3) && isFloatWeight(graph, node.input(2), 3))
        return {{id, 1, 1, 2}, {id, 2, 1, 2}};
    return {};
}

} // namespace

bool isWeightOperator(const Node& node)
{
    static const std::set<std::string, std::less<>> names = {"Conv", "ConvTranspose", "Gemm", "MatMul", "LSTM", "GRU", "RNN"};
    return node.domain.empty() && names.contains(node.opType);
}

std::vector<WeightLayer> findWeightLayers(const Graph& graph)
{
    const GraphUses uses(graph);
    std::vector<WeightLayer> found;
    std::map<ValueId, std::vector<WeightLayer>> byWeights;
    for (const auto id : graph.order())
        for (const auto& layer : candidates(graph, id)) {
            found.push_back(layer);
            byWeights[graph.node(id).inputs[layer.input]].push_back(layer);
        }
    std::erase_if(found, [&](const WeightLayer& layer) {
        const auto weights = graph.node(layer.node).inputs[layer.input];
        const auto& readers = byWeights.at(weights);
        return uses.isGraphOutput(weights) || uses.users(weights).size() != readers.size() ||
               !std::ranges::all_of(readers, [&](const WeightLayer& other) {
                   return other.outputAxis == layer.outputAxis && other.inputAxis == layer.inputAxis;
               });
    });
    return found;
}

} // namespace hone
