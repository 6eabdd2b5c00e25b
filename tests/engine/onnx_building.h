// SPDX-License-Identifier: GPL-3.0-or-later
// Models as ONNX's own messages, so that tests can write what Hone itself never would.
#pragma once

#include "core/error.h"

#include <onnx/onnx_pb.h>

#include <functional>
#include <string>
#include <vector>

namespace hone::test
{

constexpr auto floatType = onnx::TensorProto::FLOAT;

inline void addPort(google::protobuf::RepeatedPtrField<onnx::ValueInfoProto>& ports, const std::string& name,
                    const std::vector<std::int64_t>& shape, int elementType = floatType)
{
    auto& port = *ports.Add();
    port.set_name(name);
    auto& tensor = *port.mutable_type()->mutable_tensor_type();
    tensor.set_elem_type(elementType);
    tensor.mutable_shape();
    for (const auto extent : shape)
        tensor.mutable_shape()->add_dim()->set_dim_value(extent);
}

inline onnx::NodeProto& addNode(onnx::GraphProto& graph, const std::string& op, const std::vector<std::string>& inputs,
                                const std::vector<std::string>& outputs)
{
    auto& node = *graph.add_node();
    node.set_op_type(op);
    for (const auto& input : inputs)
        node.add_input(input);
    for (const auto& output : outputs)
        node.add_output(output);
    return node;
}

inline onnx::TensorProto& addInitializer(onnx::GraphProto& graph, const std::string& name, const std::vector<std::int64_t>& dims,
                                         int elementType = floatType)
{
    auto& tensor = *graph.add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(elementType);
    for (const auto extent : dims)
        tensor.add_dims(extent);
    return tensor;
}

// y = x + w, of shape [2].
inline onnx::ModelProto sumModel()
{
    onnx::ModelProto model;
    model.set_ir_version(8);
    model.add_opset_import()->set_version(13);
    auto& graph = *model.mutable_graph();
    graph.set_name("sum");
    addPort(*graph.mutable_input(), "x", {2});
    addPort(*graph.mutable_output(), "y", {2});
    auto& w = addInitializer(graph, "w", {2});
    w.add_float_data(1);
    w.add_float_data(2);
    addNode(graph, "Add", {"x", "w"}, {"y"});
    return model;
}

// The code that `work` throws, as text; "nothing" where it throws nothing.
inline std::string thrownBy(const std::function<void()>& work)
{
    try {
        work();
    } catch (const Error& error) {
        return std::string(name(error.code()));
    }
    return "nothing";
}

} // namespace hone::test
