// SPDX-License-Identifier: GPL-3.0-or-later
// Small graphs for tests: one operator, or a chain of them.
#pragma once

#include "graph/graph.h"

#include <string>
#include <utility>
#include <vector>

namespace hone::test
{

// Small numbers that differ, the same ones at every run.
inline Tensor floats(Dimensions shape)
{
    Tensor tensor(DType::Float32, std::move(shape));
    auto values = tensor.mutableData<float>();
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>((i * 37 + 11) % 101) / 50.0f - 1.0f;
    return tensor;
}

inline Tensor int64s(const std::vector<std::int64_t>& values)
{
    return Tensor::of({static_cast<std::int64_t>(values.size())}, values);
}

enum class Feeding
{
    Fed,
    Constant,
    Omitted
};

struct OperatorInput
{
    Tensor tensor;
    Feeding feeding = Feeding::Fed;
};

struct OperatorCase
{
    std::string opType;
    std::int64_t opset = 17;
    std::vector<OperatorInput> inputs = {};
    std::map<std::string, Attribute> attributes = {};
    std::size_t outputs = 1;
    std::string domain = {};
};

inline Graph emptyGraph(std::int64_t opset)
{
    Graph graph;
    graph.name = "test";
    graph.opsets[""] = opset;
    return graph;
}

inline ValueId addInput(Graph& graph, const std::string& name, DType dtype, Shape shape)
{
    const auto id = graph.addValue({.name = name, .type = {dtype, std::move(shape)}});
    graph.inputs.push_back(id);
    return id;
}

// A node with one output, which it returns.
inline ValueId addOperator(Graph& graph, const std::string& opType, std::vector<ValueId> inputs,
                           std::map<std::string, Attribute> attributes = {})
{
    const auto output = graph.addComputed(opType);
    graph.addNode({.name = {}, .opType = opType, .inputs = std::move(inputs), .outputs = {output}, .attributes = std::move(attributes)});
    return output;
}

inline Graph graphOf(const OperatorCase& wanted)
{
    auto graph = emptyGraph(wanted.opset);
    if (!wanted.domain.empty())
        graph.opsets[wanted.domain] = 1;
    Node node{.name = "node", .opType = wanted.opType, .domain = wanted.domain, .attributes = wanted.attributes};
    for (std::size_t i = 0; i < wanted.inputs.size(); ++i) {
        const auto& [tensor, feeding] = wanted.inputs[i];
        const auto name = "in" + std::to_string(i);
        if (feeding == Feeding::Fed)
            node.inputs.push_back(addInput(graph, name, tensor.dtype(), fixedShape(tensor.shape())));
        else
            node.inputs.push_back(feeding == Feeding::Constant ? graph.addConstant(name, tensor) : ValueId());
    }
    for (std::size_t i = 0; i < wanted.outputs; ++i)
        node.outputs.push_back(graph.addComputed("out" + std::to_string(i)));
    graph.outputs = node.outputs;
    graph.addNode(std::move(node));
    return graph;
}

// What graphOf() asks the caller to feed.
inline std::vector<Tensor> fedTensors(const OperatorCase& wanted)
{
    std::vector<Tensor> fed;
    for (const auto& [tensor, feeding] : wanted.inputs)
        if (feeding == Feeding::Fed)
            fed.push_back(tensor);
    return fed;
}

} // namespace hone::test
