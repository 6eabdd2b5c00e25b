// SPDX-License-Identifier: GPL-3.0-or-later
#include "onnx_io/graph_proto.h"

#include "core/error.h"
#include "onnx_io/tensor_proto.h"

#include <onnx/onnx_pb.h>

namespace hone
{
namespace
{

template<class... Cases>
struct Overloaded : Cases...
{
    using Cases::operator()...;
};
template<class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>; // Clang 14 doesn't find it by itself

void parseKept(google::protobuf::MessageLite& message, const std::string& serialized)
{
    if (!message.ParseFromString(serialized))
        throw Error(MessageCode::InternalFault, {{"detail", "a part of the model that was kept as it came is damaged"}});
}

void writeType(const Value& value, onnx::ValueInfoProto& info)
{
    info.set_name(value.name);
    if (!value.docString.empty())
        info.set_doc_string(value.docString);
    if (!value.foreignType.empty()) {
        parseKept(*info.mutable_type(), value.foreignType);
        return;
    }
    if (value.type.dtype == DType::Undefined && !value.type.shape)
        return;
    auto& tensor = *info.mutable_type()->mutable_tensor_type();
    tensor.set_elem_type(static_cast<int>(value.type.dtype));
    if (!value.type.shape)
        return;
    auto& shape = *tensor.mutable_shape(); // made even for a scalar, which has no dimension to make it
    for (const auto& extent : *value.type.shape) {
        auto& dim = *shape.add_dim();
        if (extent.isFixed())
            dim.set_dim_value(extent.extent);
        else if (!extent.symbol.empty())
            dim.set_dim_param(extent.symbol);
    }
}

void writeAttribute(const std::string& name, const Attribute& attribute, onnx::AttributeProto& proto)
{
    using A = onnx::AttributeProto;
    const auto as = [&](A::AttributeType type) { proto.set_type(type); };
    proto.set_name(name);
    std::visit(
        Overloaded{
            [&](std::int64_t value) { as(A::INT), proto.set_i(value); }, [&](float value) { as(A::FLOAT), proto.set_f(value); },
            [&](const std::string& value) { as(A::STRING), proto.set_s(value); },
            [&](const Tensor& value) { as(A::TENSOR), writeTensor(value, *proto.mutable_t()); },
            [&](const std::vector<std::int64_t>& values) { as(A::INTS), proto.mutable_ints()->Add(values.begin(), values.end()); },
            [&](const std::vector<float>& values) { as(A::FLOATS), proto.mutable_floats()->Add(values.begin(), values.end()); },
            [&](const std::vector<std::string>& values) { as(A::STRINGS), proto.mutable_strings()->Add(values.begin(), values.end()); },
            [&](const std::shared_ptr<const Graph>& body) { as(A::GRAPH), writeGraph(*body, *proto.mutable_g()); },
            [&](const ForeignAttribute& kept) { parseKept(proto, kept.serialized); }},
        attribute);
}

void writeNode(const Graph& graph, const Node& node, onnx::NodeProto& proto)
{
    const auto nameOf = [&](ValueId id) { return id.valid() ? graph.value(id).name : std::string(); };
    proto.set_name(node.name);
    proto.set_op_type(node.opType);
    if (!node.domain.empty())
        proto.set_domain(node.domain);
    if (!node.docString.empty())
        proto.set_doc_string(node.docString);
    for (const auto input : node.inputs)
        proto.add_input(nameOf(input));
    for (const auto output : node.outputs)
        proto.add_output(nameOf(output));
    for (const auto& [name, attribute] : node.attributes)
        writeAttribute(name, attribute, *proto.add_attribute());
}

// Made by a node and not said elsewhere in the file.
std::vector<bool> isIntermediate(const Graph& graph)
{
    std::vector<bool> intermediate(graph.valueCount());
    for (const auto id : graph.order())
        for (const auto output : graph.node(id).outputs)
            if (output.valid())
                intermediate[output.index] = true;
    for (const auto output : graph.outputs)
        intermediate[output.index] = false;
    return intermediate;
}

bool saysSomething(const Value& value)
{
    return value.type != ValueType{} || !value.foreignType.empty() || !value.docString.empty();
}

} // namespace

void writeGraph(const Graph& graph, onnx::GraphProto& proto)
{
    proto.set_name(graph.name.empty() ? "graph" : graph.name); // ONNX asks for one
    if (!graph.docString.empty())
        proto.set_doc_string(graph.docString);
    for (const auto id : graph.order())
        writeNode(graph, graph.node(id), *proto.add_node());
    for (const auto input : graph.inputs)
        writeType(graph.value(input), *proto.add_input());
    for (const auto output : graph.outputs)
        writeType(graph.value(output), *proto.add_output());

    const auto intermediate = isIntermediate(graph);
    for (std::uint32_t i = 0; i < graph.valueCount(); ++i) {
        const auto& value = graph.value(ValueId{i});
        if (!value.constant.isNull()) {
            auto& tensor = *proto.add_initializer();
            tensor.set_name(value.name);
            if (!value.docString.empty())
                tensor.set_doc_string(value.docString);
            writeTensor(value.constant, tensor);
        } else if (intermediate[i] && saysSomething(value)) {
            writeType(value, *proto.add_value_info());
        }
    }
}

} // namespace hone
