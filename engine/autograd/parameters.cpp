// SPDX-License-Identifier: GPL-3.0-or-later
#include "autograd/parameters.h"

#include "graph/fake_quantize.h"

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
    static const std::set<std::string_view> operators = {"Identity", "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Dropout"};
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
        if (producer == producers.end())
            return std::nullopt;
        const Node& node = graph.node(producer->second);
        if (!rearranges(node) && !isFakeQuantize(node))
            return std::nullopt;
        id = graph.node(producer->second).input(0);
    }
    return std::nullopt;
}

// The role that input i of the node gives to an initializer there.
std::optional<ParameterRole> roleOfInput(const Node& node, std::size_t i)
{
    using enum ParameterRole;
    if (isFakeQuantize(node))
        return i == 1 ? std::optional(Step) : std::nullopt;
    if (!node.domain.empty())
        return std::nullopt;
    const std::string_view op = node.opType;
    if (op == "Conv" || op == "ConvTranspose")
        return i == 1 ? std::optional(Weight) : i == 2 ? std::optional(Bias) : std::nullopt;
    if (op == "Gemm")
        return i < 2 ? std::optional(Weight) : std::optional(Bias);
    if (op == "MatMul" || op == "Einsum")
        return Weight;
    if (op == "Gather")
        return i == 0 ? std::optional(Weight) : std::nullopt;
    if (op == "DeformConv")
        return i == 1 ? std::optional(Weight) : i == 3 ? std::optional(Bias) : std::nullopt;
    if (op == "RNN" || op == "GRU" || op == "LSTM")
        return i == 1 || i == 2 ? std::optional(Weight) : i == 3 ? std::optional(Bias) : i == 7 ? std::optional(Scale) : std::nullopt;
    if (op == "BatchNormalization" && (i == 3 || i == 4))
        return Statistic;
    if (op == "BatchNormalization" || op == "InstanceNormalization" || op == "LayerNormalization" || op == "GroupNormalization" ||
        op == "RMSNormalization")
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

using Roles = std::vector<std::pair<ValueId, ParameterRole>>;

// Initializers of the graph that a body's nodes read, as those nodes use them.
void addCaptured(const Graph& graph, const Graph& body, Roles& found)
{
    for (const NodeId id : body.order()) {
        const Node& node = body.node(id);
        for (std::size_t i = 0; i < node.inputs.size(); ++i) {
            const auto role = node.inputs[i].valid() && !body.isConstant(node.inputs[i]) ? roleOfInput(node, i) : std::nullopt;
            const auto outer = role ? graph.findValue(body.value(node.inputs[i]).name) : std::nullopt;
            if (!outer || !graph.isConstant(*outer))
                continue;
            const Tensor& constant = graph.value(*outer).constant;
            if (isFloatingPoint(constant.dtype()) && constant.rank() >= 1 && (!isElementwise(node) || constant.size() > 1))
                found.emplace_back(*outer, *role);
        }
    }
}

bool isQuantized(DType dtype)
{
    using enum DType;
    return dtype == Int8 || dtype == UInt8 || dtype == Int16 || dtype == UInt16 || dtype == Int4 || dtype == UInt4 || dtype == Int32;
}

// The initializer that a DequantizeLinear makes real numbers of.
std::optional<ValueId> quantizedInitializer(const Graph& graph, const Node& node)
{
    if (node.opType != "DequantizeLinear" || !graph.isConstant(node.input(0)) || !graph.isConstant(node.input(1)) ||
        (node.input(2).valid() && !graph.isConstant(node.input(2))))
        return std::nullopt;
    const Tensor& constant = graph.value(node.input(0)).constant;
    return isQuantized(constant.dtype()) && constant.rank() >= 1 ? std::optional(node.input(0)) : std::nullopt;
}

Roles parametersAt(const Graph& graph, const Producers& producers, const Node& node)
{
    Roles found;
    if (const auto id = quantizedInitializer(graph, node); id && dequantizerOf(graph, *id))
        found.emplace_back(*id, graph.value(*id).constant.rank() > 1 ? ParameterRole::Weight : ParameterRole::Bias);
    for (const auto& [key, attribute] : node.attributes)
        if (const auto* body = std::get_if<std::shared_ptr<const Graph>>(&attribute); body && *body)
            addCaptured(graph, **body, found);
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
        const auto role = roleOfInput(node, i);
        const auto id = role ? initializerBehind(graph, producers, node.inputs[i]) : std::nullopt;
        if (!id)
            continue;
        const Tensor& constant = graph.value(*id).constant;
        const bool isTable = node.opType != "Gather" || constant.rank() == 2; // of embeddings
        if (isTable && (!isElementwise(node) || constant.size() > 1))
            found.emplace_back(*id, *role);
    }
    return found;
}

} // namespace

std::optional<NodeId> dequantizerOf(const Graph& graph, ValueId initializer)
{
    std::optional<NodeId> reader;
    for (const NodeId id : graph.order())
        for (const ValueId input : graph.node(id).inputs)
            if (input == initializer) {
                if (reader || quantizedInitializer(graph, graph.node(id)) != initializer)
                    return std::nullopt;
                reader = id;
            }
    return reader;
}

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
