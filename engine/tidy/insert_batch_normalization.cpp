// SPDX-License-Identifier: GPL-3.0-or-later
#include "tidy/batch_normalization.h"

#include "core/error.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

namespace hone
{
namespace
{

constexpr float epsilon = 1e-5f;

bool normalizes(const Node& node)
{
    static const std::set<std::string_view> operators = {"BatchNormalization", "InstanceNormalization", "GroupNormalization",
                                                         "LayerNormalization"};
    return operators.contains(node.opType);
}

// 0 where no normalization belongs behind the node.
std::int64_t channelsToNormalize(const Graph& graph, const Node& node, const GraphUses& uses)
{
    const bool transposed = node.opType == "ConvTranspose";
    if ((node.opType != "Conv" && !transposed) || !node.domain.empty() || node.outputs.size() != 1 || !node.outputs[0].valid())
        return 0;
    const auto weights = node.input(1), output = node.outputs[0];
    if (!graph.isConstant(weights) || graph.value(weights).constant.dtype() != DType::Float32 || graph.value(weights).constant.rank() < 3)
        return 0;
    const auto& users = uses.users(output);
    if (users.empty() || uses.isGraphOutput(output) ||
        std::ranges::any_of(users, [&](const Use& use) { return normalizes(graph.node(use.node)); }))
        return 0;
    const auto& shape = graph.value(weights).constant.shape();
    return transposed ? shape[1] * std::max<std::int64_t>(1, node.intAttribute("group", 1)) : shape[0];
}

Tensor filled(std::int64_t channels, float value)
{
    return Tensor::of({channels}, std::vector<float>(static_cast<std::size_t>(channels), value));
}

} // namespace

std::vector<InsertedNormalization> insertBatchNormalization(Graph& graph, const std::vector<NodeId>& except)
{
    const GraphUses uses(graph);
    std::vector<InsertedNormalization> inserted;
    for (const auto id : std::vector(graph.order())) {
        const bool leftOut = std::ranges::find(except, id) != except.end();
        const auto channels = leftOut ? 0 : channelsToNormalize(graph, graph.node(id), uses);
        if (channels < 1)
            continue;
        const auto layer = graph.node(id).name;
        const auto output = graph.node(id).outputs[0];
        const auto type = graph.value(output).type;
        const auto normalized = graph.addComputed(graph.value(output).name + ".normalized", type);
        for (const auto& use : uses.users(output))
            graph.node(use.node).inputs[use.input] = normalized;
        Node node;
        node.name = layer + ".normalization";
        node.opType = "BatchNormalization";
        node.inputs = {output, graph.addConstant(layer + ".normalization.scale", filled(channels, std::sqrt(1 + epsilon))),
                       graph.addConstant(layer + ".normalization.offset", filled(channels, 0)),
                       graph.addConstant(layer + ".normalization.mean", filled(channels, 0)),
                       graph.addConstant(layer + ".normalization.variance", filled(channels, 1))};
        node.outputs = {normalized};
        node.attributes["epsilon"] = epsilon;
        const auto added = graph.insertNodeAfter(id, std::move(node));
        inserted.push_back({graph.node(added).name, layer, output, channels});
    }
    return inserted;
}

void setStatistics(Graph& graph, const InsertedNormalization& normalization, const std::vector<float>& mean,
                   const std::vector<float>& variance)
{
    const auto id = graph.findNode(normalization.node);
    const auto channels = static_cast<std::size_t>(normalization.channels);
    if (!id || mean.size() != channels || variance.size() != channels)
        throw Error(MessageCode::InternalFault, {{"detail", "statistics that don't fit " + normalization.node}});
    std::vector<float> scale(channels);
    for (std::size_t c = 0; c < channels; ++c)
        scale[c] = std::sqrt(variance[c] + epsilon);
    const auto& inputs = graph.node(*id).inputs;
    const std::vector<float>* values[] = {&scale, &mean, &mean, &variance}; // the mean is taken away and added again
    for (std::size_t i = 0; i < 4; ++i)
        graph.value(inputs[i + 1]).constant = Tensor::of({normalization.channels}, *values[i]);
}

} // namespace hone
