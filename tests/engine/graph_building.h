// SPDX-License-Identifier: GPL-3.0-or-later
// Small graphs and tensors for tests of autograd and training.
#pragma once

#include "core/random.h"
#include "graph/graph.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace hone::testing
{

inline Tensor randomTensor(const Dimensions& shape, std::uint64_t seed, double low = -1, double high = 1)
{
    Tensor tensor(DType::Float32, shape);
    Random random(seed);
    for (float& value : tensor.mutableData<float>())
        value = static_cast<float>(random.uniform(low, high));
    return tensor;
}

inline Tensor integers(const std::vector<std::int64_t>& values)
{
    return Tensor::of({static_cast<std::int64_t>(values.size())}, values);
}

using Attributes = std::map<std::string, Attribute>;

// Grows a graph from its input, each node on the previous one's output.
class Chain
{
public:
    Chain(std::int64_t opset, const Shape& inputShape, DType dtype = DType::Float32)
    {
        m_graph.name = "chain";
        m_graph.opsets[""] = opset;
        m_last = m_graph.addValue({"input", {dtype, inputShape}, {}});
        m_graph.inputs = {m_last};
    }

    ValueId last() const { return m_last; }
    void setLast(ValueId id) { m_last = id; }
    ValueId constant(const std::string& name, Tensor tensor) { return m_graph.addConstant(name, std::move(tensor)); }

    // The node reads the last value, then `more`; an invalid id is an omitted input.
    Chain& then(const std::string& opType, const std::vector<ValueId>& more = {}, const Attributes& attributes = {},
                std::size_t outputs = 1)
    {
        Node node;
        node.name = opType + "_" + std::to_string(m_graph.order().size());
        node.opType = opType;
        node.inputs = {m_last};
        node.inputs.insert(node.inputs.end(), more.begin(), more.end());
        node.attributes = attributes;
        for (std::size_t i = 0; i < outputs; ++i)
            node.outputs.push_back(m_graph.addComputed(node.name + "_" + std::to_string(i)));
        m_last = node.outputs[0];
        m_outputs = node.outputs;
        m_graph.addNode(std::move(node));
        return *this;
    }
    const std::vector<ValueId>& outputs() const { return m_outputs; }

    // The last node's first output (or all of them) becomes the graph's.
    Graph finish(DType dtype = DType::Float32) { return finishWith({m_last}, dtype); }
    Graph finishWith(const std::vector<ValueId>& outputs, DType dtype = DType::Float32)
    {
        m_graph.outputs = outputs;
        for (const ValueId id : outputs)
            m_graph.value(id).type.dtype = dtype;
        return m_graph;
    }
    Graph& graph() { return m_graph; }

private:
    Graph m_graph;
    ValueId m_last;
    std::vector<ValueId> m_outputs;
};

} // namespace hone::testing
