// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/double_precision.h"

#include <algorithm>

namespace hone
{
namespace
{

// ONNX's numbers of types, TensorProto.DataType.
constexpr std::int64_t onnxFloat = 1;
constexpr std::int64_t onnxFloat16 = 10;
constexpr std::int64_t onnxDouble = 11;
constexpr std::int64_t onnxBFloat16 = 16;

bool widens(DType dtype)
{
    return dtype == DType::Float32 || dtype == DType::Float16 || dtype == DType::BFloat16;
}

Tensor doubles(const Dimensions& shape, const std::vector<float>& values)
{
    Tensor wide(DType::Float64, shape);
    std::ranges::copy(values, wide.mutableData<double>().begin());
    return wide;
}

bool staysFloat(const Node& node, std::size_t input)
{
    return (node.opType == "Resize" && (input == 1 || input == 2)) || (node.opType == "Upsample" && input == 1);
}

void widenAttributes(Node& node)
{
    for (auto& [name, attribute] : node.attributes) {
        if (auto* tensor = std::get_if<Tensor>(&attribute)) {
            *tensor = inDouble(*tensor);
        } else if (auto* type = std::get_if<std::int64_t>(&attribute)) {
            const bool isType = name == "to" || name == "dtype";
            if (isType && (*type == onnxFloat || *type == onnxFloat16 || *type == onnxBFloat16))
                *type = onnxDouble;
        } else if (auto* body = std::get_if<std::shared_ptr<const Graph>>(&attribute); body && *body) {
            *body = std::make_shared<const Graph>(inDouble(**body));
        }
    }
    if (node.opType != "Constant")
        return;
    if (const auto one = node.attributes.find("value_float"); one != node.attributes.end()) {
        node.attributes["value"] = doubles({}, {std::get<float>(one->second)});
        node.attributes.erase("value_float");
    }
    if (const auto list = node.attributes.find("value_floats"); list != node.attributes.end()) {
        const auto& values = std::get<std::vector<float>>(list->second);
        node.attributes["value"] = doubles({static_cast<std::int64_t>(values.size())}, values);
        node.attributes.erase("value_floats");
    }
}

} // namespace

Tensor inDouble(const Tensor& tensor)
{
    return !tensor.isNull() && widens(tensor.dtype()) ? doubles(tensor.shape(), toFloats(tensor)) : tensor;
}

Graph inDouble(const Graph& graph)
{
    Graph wide = graph;
    std::vector<bool> stays(graph.valueCount(), false);
    const GraphUses uses(graph);
    for (const NodeId id : graph.order()) {
        const Node& node = graph.node(id);
        for (std::size_t i = 0; i < node.inputs.size(); ++i)
            if (node.inputs[i].valid() && staysFloat(node, i)) {
                stays[node.inputs[i].index] = true;
                if (const NodeId producer = uses.producer(node.inputs[i]); producer.valid())
                    stays[node.inputs[i].index] = graph.node(producer).opType == "Constant";
            }
    }
    for (std::uint32_t i = 0; i < wide.valueCount(); ++i) {
        if (stays[i])
            continue;
        Value& value = wide.value(ValueId{i});
        value.constant = inDouble(value.constant);
        if (widens(value.type.dtype))
            value.type.dtype = DType::Float64;
    }
    for (const NodeId id : wide.order()) {
        Node& node = wide.node(id);
        const bool isFloat =
            node.opType == "Constant" && node.outputs.size() == 1 && node.outputs[0].valid() && stays[node.outputs[0].index];
        if (!isFloat)
            widenAttributes(node);
    }
    return wide;
}

} // namespace hone
