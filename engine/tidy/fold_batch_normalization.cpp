// SPDX-License-Identifier: GPL-3.0-or-later
#include "tidy/batch_normalization.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace hone
{
namespace
{

// One factor and one offset a channel: y = x * scale + offset.
struct Affine
{
    std::vector<double> scale;
    std::vector<double> offset;
};

bool isFloatConstant(const Graph& graph, ValueId id)
{
    return graph.isConstant(id) && graph.value(id).constant.dtype() == DType::Float32;
}

// scale = gamma / sqrt(var + epsilon), offset = beta - mean * scale; nothing where it isn't one in inference.
std::optional<Affine> inferenceNormalization(const Graph& graph, const Node& node)
{
    if (node.opType != "BatchNormalization" || !node.domain.empty() || node.inputs.size() != 5 || node.outputs.empty() ||
        node.intAttribute("training_mode", 0) != 0 || node.intAttribute("spatial", 1) != 1)
        return std::nullopt;
    for (std::size_t i = 1; i < node.outputs.size(); ++i)
        if (node.outputs[i].valid())
            return std::nullopt;
    std::vector<float> parameters[4];
    for (std::size_t i = 0; i < 4; ++i) {
        if (!isFloatConstant(graph, node.inputs[i + 1]))
            return std::nullopt;
        parameters[i] = toFloats(graph.value(node.inputs[i + 1]).constant);
        if (parameters[i].size() != parameters[0].size())
            return std::nullopt;
    }
    const auto& [gamma, beta, mean, variance] = parameters;
    const double epsilon = node.floatAttribute("epsilon", 1e-5f);
    Affine affine;
    for (std::size_t c = 0; c < gamma.size(); ++c) {
        const double scale = gamma[c] / std::sqrt(variance[c] + epsilon);
        affine.scale.push_back(scale);
        affine.offset.push_back(beta[c] - mean[c] * scale);
    }
    return affine;
}

// The output channel that the weight of that flat index belongs to; nothing for another kind of node.
using ChannelOf = std::function<std::size_t(std::size_t)>;

struct WeightLayout
{
    std::size_t channels = 0;
    ChannelOf channelOf;
};

std::optional<WeightLayout> weightLayout(const Node& node, const Dimensions& shape)
{
    const auto extent = [&](std::size_t i) { return static_cast<std::size_t>(shape[i]); };
    std::size_t behindSecond = 1;
    for (std::size_t i = 2; i < shape.size(); ++i)
        behindSecond *= extent(i);
    if (!node.domain.empty() || shape.size() < 2)
        return std::nullopt;
    if (node.opType == "Conv") { // [M, C / group, k...]
        const auto perChannel = extent(1) * behindSecond;
        return WeightLayout{extent(0), [=](std::size_t i) { return i / perChannel; }};
    }
    if (node.opType == "ConvTranspose") { // [C, M / group, k...]
        const auto group = static_cast<std::size_t>(std::max<std::int64_t>(1, node.intAttribute("group", 1)));
        const auto perGroup = extent(1), inputsPerGroup = std::max<std::size_t>(1, extent(0) / group);
        return WeightLayout{perGroup * group, [=](std::size_t i) {
                                const auto input = i / (perGroup * behindSecond);
                                return input / inputsPerGroup * perGroup + i / behindSecond % perGroup;
                            }};
    }
    if (node.opType == "Gemm" && shape.size() == 2) {
        const auto columns = extent(1);
        if (node.intAttribute("transB", 0) != 0)
            return WeightLayout{extent(0), [=](std::size_t i) { return i / columns; }};
        return WeightLayout{columns, [=](std::size_t i) { return i % columns; }};
    }
    return std::nullopt;
}

class Folding
{
public:
    // only: their names; none: all.
    Folding(Graph& graph, const std::vector<std::string>* only) : m_graph(graph), m_uses(graph), m_only(only)
    {
        for (std::uint32_t i = 0; i < graph.valueCount(); ++i)
            m_producer.push_back(m_uses.producer(ValueId{i}));
    }

    std::vector<std::string> run()
    {
        std::vector<std::string> folded;
        for (const auto id : std::vector(m_graph.order()))
            if (isWanted(m_graph.node(id)) && fold(id))
                folded.push_back(m_graph.node(id).name);
        if (!folded.empty())
            m_graph.removeDeadNodes();
        return folded;
    }

private:
    bool isWanted(const Node& node) const
    {
        return node.opType == "BatchNormalization" && (!m_only || std::ranges::find(*m_only, node.name) != m_only->end());
    }

    bool readOnceOnly(ValueId id) const
    {
        // A value made while folding has the one reader that it was made for.
        return id.index >= m_producer.size() || (m_uses.users(id).size() == 1 && !m_uses.isGraphOutput(id));
    }

    bool fold(NodeId id)
    {
        const auto& normalization = m_graph.node(id);
        const auto affine = inferenceNormalization(m_graph, normalization);
        if (!affine)
            return false;
        const auto between = normalization.inputs[0], result = normalization.outputs[0];
        const auto producer = between.valid() ? m_producer[between.index] : NodeId();
        if (!producer.valid() || !readOnceOnly(between) || !result.valid() || !foldInto(producer, *affine))
            return false;
        m_graph.node(producer).outputs[0] = result;
        m_producer[result.index] = producer;
        m_graph.removeNode(id);
        return true;
    }

    bool foldInto(NodeId id, const Affine& affine)
    {
        const auto& node = m_graph.node(id);
        const auto weights = node.input(1), bias = node.input(2);
        if (!isFloatConstant(m_graph, weights) || (bias.valid() && !isFloatConstant(m_graph, bias)))
            return false;
        const auto layout = weightLayout(node, m_graph.value(weights).constant.shape());
        if (!layout || layout->channels != affine.scale.size())
            return false;
        const bool isGemm = node.opType == "Gemm";
        auto biases = bias.valid() ? toFloats(m_graph.value(bias).constant) : std::vector<float>{0.0f};
        if (biases.size() == 1)
            biases.assign(layout->channels, biases.front());
        if (biases.size() != layout->channels || (bias.valid() && m_graph.value(bias).constant.shape().size() > 2))
            return false;
        if (bias.valid() && m_graph.value(bias).constant.rank() == 2 && m_graph.value(bias).constant.shape()[0] != 1)
            return false; // one for each row, not each channel

        const double biasFactor = isGemm ? node.floatAttribute("beta", 1.0f) : 1.0;
        for (std::size_t c = 0; c < biases.size(); ++c)
            biases[c] = static_cast<float>(biases[c] * biasFactor * affine.scale[c] + affine.offset[c]);
        auto scaled = m_graph.value(weights).constant;
        auto values = scaled.mutableData<float>();
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = static_cast<float>(values[i] * affine.scale[layout->channelOf(i)]);

        put(id, 1, std::move(scaled), m_graph.value(weights).name);
        put(id, 2, Tensor::of<float>({static_cast<std::int64_t>(biases.size())}, biases),
            bias.valid() ? m_graph.value(bias).name : m_graph.node(id).name + ".bias");
        if (isGemm)
            m_graph.node(id).attributes["beta"] = 1.0f;
        return true;
    }

    // In place where nobody else reads the constant, so that it keeps its name.
    void put(NodeId id, std::size_t input, Tensor tensor, const std::string& wantedName)
    {
        const auto old = m_graph.node(id).input(input);
        if (old.valid() && readOnceOnly(old)) {
            m_graph.value(old).type = {tensor.dtype(), fixedShape(tensor.shape())};
            m_graph.value(old).constant = std::move(tensor);
            return;
        }
        const auto made = m_graph.addConstant(wantedName, std::move(tensor));
        auto& inputs = m_graph.node(id).inputs;
        inputs.resize(std::max(inputs.size(), input + 1));
        inputs[input] = made;
    }

    Graph& m_graph;
    GraphUses m_uses;
    const std::vector<std::string>* m_only;
    std::vector<NodeId> m_producer;
};

} // namespace

std::optional<std::vector<double>> normalizationFactors(const Graph& graph, const Node& node)
{
    auto affine = inferenceNormalization(graph, node);
    return affine ? std::optional(std::move(affine->scale)) : std::nullopt;
}

std::vector<std::string> foldBatchNormalization(Graph& graph)
{
    return Folding(graph, nullptr).run();
}

std::vector<std::string> foldBatchNormalization(Graph& graph, const std::vector<std::string>& only)
{
    return Folding(graph, &only).run();
}

} // namespace hone
