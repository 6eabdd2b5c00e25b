// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/residual_target.h"

#include "graph/shape_inference.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace hone
{
namespace
{

constexpr double smallestScale = 1e-3; // of a normalization that can be turned back

struct Affine
{
    std::vector<double> factor;
    std::vector<double> shift;
};

std::vector<double> numbers(const Graph& graph, ValueId value)
{
    const auto floats = graph.isConstant(value) ? toFloats(graph.value(value).constant) : std::vector<float>();
    return {floats.begin(), floats.end()};
}

// x from y = BatchNormalization(x); none where that can't be told.
std::optional<Affine> inverseNormalization(const Graph& graph, const Node& node, std::size_t channels)
{
    std::vector<std::vector<double>> inputs; // scale, bias, mean, variance
    for (std::size_t i = 1; i < 5; ++i)
        inputs.push_back(numbers(graph, node.input(i)));
    if (std::ranges::any_of(inputs, [&](const auto& list) { return list.size() != channels; }))
        return std::nullopt;
    Affine affine;
    for (std::size_t c = 0; c < channels; ++c) {
        const double scale = inputs[0][c] / std::sqrt(inputs[3][c] + static_cast<double>(node.floatAttribute("epsilon", 1e-5F)));
        if (!(std::abs(scale) >= smallestScale))
            return std::nullopt;
        affine.factor.push_back(1 / scale);
        affine.shift.push_back(inputs[2][c] - inputs[1][c] / scale);
    }
    return affine;
}

std::optional<Affine> inverseAddend(const Graph& graph, const Node& node, std::size_t channels)
{
    for (const std::size_t i : {0u, 1u})
        if (auto addend = numbers(graph, node.input(i)); addend.size() == channels) {
            for (double& value : addend)
                value = -value;
            return Affine{std::vector<double>(channels, 1), std::move(addend)};
        }
    return std::nullopt;
}

NodeId onlyReader(const GraphUses& uses, ValueId value)
{
    return uses.isGraphOutput(value) || uses.users(value).size() != 1 ? NodeId{} : uses.users(value).front().node;
}

// Whether every layer behind a value comes before `layer` in the graph's order.
bool isComputedBefore(const Graph& graph, const GraphUses& uses, ValueId value, NodeId layer)
{
    const auto& order = graph.order();
    const auto position = [&](NodeId id) { return std::ranges::find(order, id) - order.begin(); };
    std::set<ValueId> seen;
    std::vector<ValueId> open{value};
    while (!open.empty()) {
        const ValueId next = open.back();
        open.pop_back();
        if (!next.valid() || !seen.insert(next).second)
            continue;
        const NodeId maker = uses.producer(next);
        if (!maker.valid())
            continue;
        if (LinearLayer::isOne(graph.node(maker)) && position(maker) >= position(layer))
            return false;
        const auto& inputs = graph.node(maker).inputs;
        open.insert(open.end(), inputs.begin(), inputs.end());
    }
    return true;
}

} // namespace

ResidualTarget targetOf(const Graph& pruned, const GraphUses& uses, const LinearLayer& layer)
{
    const std::size_t channels = layer.outputs();
    const ResidualTarget own{layer.output(), {}, std::vector<double>(channels, 1), std::vector<double>(channels, 0)};
    Affine affine{own.factor, own.shift};
    ValueId branch = layer.output();
    NodeId reader = onlyReader(uses, branch);
    using Kind = InterceptPlace::Kind;
    const auto kind = layer.interceptPlace().kind;
    if (reader.valid() && (pruned.node(reader).opType == "BatchNormalization" || kind == Kind::Addend)) {
        const Node& node = pruned.node(reader);
        auto inverse = node.opType == "Add" ? inverseAddend(pruned, node, channels) : inverseNormalization(pruned, node, channels);
        if (!inverse)
            return own;
        affine = std::move(*inverse);
        branch = node.outputs[0];
        reader = onlyReader(uses, branch);
    }
    if (!reader.valid() || pruned.node(reader).opType != "Add" || !pruned.node(reader).domain.empty())
        return own;
    const Node& sum = pruned.node(reader);
    const ValueId other = sum.inputs[0] == branch ? sum.inputs[1] : sum.inputs[0];
    const auto types = inferShapes(pruned);
    const auto& shape = types.type(branch).shape;
    const bool alike = shape && types.type(other).shape && *shape == *types.type(other).shape;
    if (!alike || other == branch || pruned.isConstant(other) || !isComputedBefore(pruned, uses, other, layer.node()))
        return own;
    return {sum.outputs[0], other, std::move(affine.factor), std::move(affine.shift)};
}

} // namespace hone
