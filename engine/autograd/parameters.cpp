// SPDX-License-Identifier: GPL-3.0-or-later
#include "autograd/parameters.h"

#include <array>
#include <optional>
#include <set>
#include <string_view>

namespace hone
{

namespace
{

using Producers = std::map<ValueId, NodeId>;

Producers producersOf(const Graph& graph)
{
    Producers producers;
    for (const NodeId id : graph.order())
        for (const ValueId output : graph.node(id).outputs)
            if (output.valid())
                producers[output] = id;
    return producers;
}

bool rearranges(const Node& node)
{
    static const std::set<std::string_view> operators = {"Identity", "Transpose", "Reshape",  "Flatten",
                                                         "Squeeze",  "Unsqueeze", "Dropout"};
    return node.domain.empty() && operators.contains(node.opType);
}

// The floating-point initializer behind a value, if it is one, perhaps rearranged.
std::optional<ValueId> initializerBehind(const Graph& graph, const Producers& producers, ValueId id)
{
    while (id.valid()) {
        if (graph.isConstant(id)) {
            const Tensor& constant = graph.value(id).constant;
            return isFloatingPoint(constant.dtype()) && constant.rank() >= 1 ? std::optional(id) : std::nullopt;
        }
        const auto producer = producers.find(id);
        if (producer == producers.end() || !rearranges(graph.node(producer->second)))
            return std::nullopt;
        id = graph.node(producer->second).input(0);
    }
    return std::nullopt;
}

// The role that input i of the node gives to an initializer there.
std::optional<ParameterRole> roleOfInput(const Node& node, std::size_t i)
{
    using enum ParameterRole;
    if (!node.domain.empty())
        return std::nullopt;
    const std::string_view op = node.opType;
    if (op == "Conv" || op == "ConvTranspose")
        return i == 1 ? std::optional(Weight) : i == 2 ? std::optional(Bias) : std::nullopt;
    if (op == "Gemm")
        return i < 2 ? std::optional(Weight) : std::optional(Bias);
    if (op == "MatMul")
        return Weight;
    if (op == "BatchNormalization" && (i == 3 || i == 4))
        return Statistic;
    if (op == "BatchNormalization" || op == "InstanceNormalization" || op == "LayerNormalization" ||
        op == "GroupNormalization")
        return i == 1 ? std::optional(Scale) : i == 2 ? std::optional(Bias) : std::nullopt;
    if (op == "PRelu")
        return i == 1 ? std::optional(Scale) : std::nullopt;
    if (op == "Mul" || op == "Div")
        return Scale;
    if (op == "Add" || op == "Sub")
        return Bias;
    return std::nullopt;
}

bool isElementwise(const Node& node)
{
    static const std::set<std::string_view> operators = {"Add", "Sub", "Mul", "Div"};
    return operators.contains(node.opType);
}

std::vector<std::pair<ValueId, ParameterRole>> parametersAt(const Graph& graph, const Producers& producers,
                                                            const Node& node)
{
    std::vector<std::pair<ValueId, ParameterRole>> found;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
        const auto role = roleOfInput(node, i);
        const auto id = role ? initializerBehind(graph, producers, node.inputs[i]) : std::nullopt;
        if (id && (!isElementwise(node) || graph.value(*id).constant.size() > 1))
            found.emplace_back(*id, *role);
    }
    return found;
}

} // namespace

std::map<ValueId, ParameterRole> findParameters(const Graph& graph)
{
    const Producers producers = producersOf(graph);
    std::map<ValueId, ParameterRole> roles;
    for (const NodeId id : graph.order())
        for (const auto& [value, role] : parametersAt(graph, producers, graph.node(id)))
            roles.emplace(value, role);
    return roles;
}

std::vector<ValueId> parametersOf(const Graph& graph, NodeId node)
{
    std::vector<ValueId> values;
    for (const auto& [value, role] : parametersAt(graph, producersOf(graph), graph.node(node)))
        values.push_back(value);
    return values;
}

} // namespace hone
