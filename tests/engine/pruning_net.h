// SPDX-License-Identifier: GPL-3.0-or-later
// Nets for tests of pruning: nodes by name on values by name, weights of a fixed seed.
#pragma once

#include "core/random.h"
#include "graph/graph.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace hone::testing
{

class PruningNet
{
public:
    using Attributes = std::map<std::string, Attribute>;

    explicit PruningNet(std::int64_t opset = 13) : m_random(7)
    {
        m_graph.name = "net";
        m_graph.opsets[""] = opset;
    }

    Graph& graph() { return m_graph; }
    ValueId at(const std::string& name) const { return name.empty() ? ValueId{} : *m_graph.findValue(name); }
    Random& random() { return m_random; }

    // A free first extent where it is -1.
    void input(const std::string& name, const Dimensions& shape, DType dtype = DType::Float32)
    {
        Shape dims;
        for (const std::int64_t extent : shape)
            dims.push_back(extent < 0 ? Dim::free("N") : Dim::fixed(extent));
        m_graph.inputs.push_back(m_graph.addValue({name, {dtype, dims}, {}}));
    }
    void output(const std::string& name, DType dtype = DType::Float32)
    {
        m_graph.value(at(name)).type.dtype = dtype;
        m_graph.outputs.push_back(at(name));
    }
    void constant(const std::string& name, Tensor tensor) { m_graph.addValue({name, {}, std::move(tensor)}); }
    void integers(const std::string& name, const std::vector<std::int64_t>& values)
    {
        constant(name, Tensor::of({static_cast<std::int64_t>(values.size())}, values));
    }
    Tensor randomTensor(const Dimensions& shape, double low = -1, double high = 1)
    {
        Tensor tensor(DType::Float32, shape);
        for (float& value : tensor.mutableData<float>())
            value = static_cast<float>(m_random.uniform(low, high));
        return tensor;
    }
    void weight(const std::string& name, const Dimensions& shape) { constant(name, randomTensor(shape)); }

    // A node of that name; its first output has it too, others "name:1" and so on.
    void op(const std::string& type, const std::string& name, const std::vector<std::string>& inputs, const Attributes& attributes = {},
            std::size_t outputs = 1)
    {
        Node node;
        node.name = name;
        node.opType = type;
        for (const std::string& input : inputs)
            node.inputs.push_back(at(input));
        for (std::size_t i = 0; i < outputs; ++i)
            node.outputs.push_back(m_graph.addValue({i ? name + ":" + std::to_string(i) : name, {}, {}}));
        node.attributes = attributes;
        m_graph.addNode(std::move(node));
    }

    struct Conv
    {
        std::int64_t from = 0;
        std::int64_t to = 0;
        std::int64_t kernel = 3;
        std::int64_t groups = 1;
    };
    // Weight "name.w", bias "name.b"; keeps the picture's size.
    void conv(const std::string& name, const std::string& x, Conv shape)
    {
        weight(name + ".w", {shape.to, shape.from / shape.groups, shape.kernel, shape.kernel});
        weight(name + ".b", {shape.to});
        const std::int64_t pad = shape.kernel / 2;
        op("Conv", name, {x, name + ".w", name + ".b"},
           {{"group", shape.groups},
            {"kernel_shape", std::vector<std::int64_t>{shape.kernel, shape.kernel}},
            {"pads", std::vector<std::int64_t>{pad, pad, pad, pad}}});
    }
    void batchNorm(const std::string& name, const std::string& x, std::int64_t channels)
    {
        weight(name + ".scale", {channels});
        weight(name + ".bias", {channels});
        weight(name + ".mean", {channels});
        constant(name + ".var", randomTensor({channels}, 0.5, 1.5));
        op("BatchNormalization", name, {x, name + ".scale", name + ".bias", name + ".mean", name + ".var"});
    }
    // y = x W^T + b
    void gemm(const std::string& name, const std::string& x, std::int64_t from, std::int64_t to)
    {
        weight(name + ".w", {to, from});
        weight(name + ".b", {to});
        op("Gemm", name, {x, name + ".w", name + ".b"}, {{"transB", std::int64_t{1}}});
    }
    // Mean over the picture, one score a class.
    void head(const std::string& x, std::int64_t channels, std::int64_t classes = 5)
    {
        op("GlobalAveragePool", "pool", {x});
        op("Flatten", "flat", {"pool"});
        gemm("fc", "flat", channels, classes);
        output("fc");
    }

private:
    Graph m_graph;
    Random m_random;
};

} // namespace hone::testing
