// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/qat_export.h"

#include "quantize/parameters.h"
#include "quantize/weight_range.h"
#include "tidy/batch_normalization.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace hone
{
namespace
{

const Tensor& constantNamed(const Graph& graph, const std::string& name)
{
    const auto id = graph.findValue(name);
    if (!id || !graph.isConstant(*id))
        throw Error(MessageCode::InternalFault, {{"detail", "no initializer " + name}});
    return graph.value(*id).constant;
}

// The model as it was prepared, with the numbers that training gave it.
Graph withTrainedNumbers(Graph trainable, const Graph& trained)
{
    for (std::uint32_t i = 0; i < trainable.valueCount(); ++i) {
        auto& value = trainable.value(ValueId{i});
        if (const auto id = trained.findValue(value.name); !value.constant.isNull() && id && trained.isConstant(*id))
            value.constant = trained.value(*id).constant;
    }
    trainable.metadata = trained.metadata;
    return trainable;
}

// The product of the factors of the normalizations behind a layer that `prepared` hasn't any more; empty: there are none.
std::vector<double> foldedFactors(const Graph& trained, const Graph& prepared, const GraphUses& uses, NodeId layer)
{
    std::vector<double> product;
    auto value = trained.node(layer).outputs.at(0);
    while (uses.users(value).size() == 1) {
        const auto& next = trained.node(uses.users(value).front().node);
        const auto factors = normalizationFactors(trained, next);
        if (!factors || prepared.findNode(next.name))
            break;
        if (product.empty())
            product.assign(factors->size(), 1);
        for (std::size_t c = 0; c < product.size(); ++c)
            product[c] *= factors->at(c);
        value = next.outputs.at(0);
    }
    return product;
}

// Where each channel's elements lie in a tensor.
struct Channels
{
    std::size_t count = 1;
    std::size_t inner = 1; // elements in a row of the same channel

    Channels(const Dimensions& shape, std::int64_t axis, std::size_t scales) : count(scales)
    {
        for (auto i = static_cast<std::size_t>(axis) + 1; i < shape.size(); ++i)
            inner *= static_cast<std::size_t>(shape[i]);
    }
    std::size_t of(std::size_t element) const { return count == 1 ? 0 : element / inner % count; }
};

class Reader
{
public:
    Reader(const QatModel& model, const FakeQuantizedGraph& trained, const Encodings& start, const QuantizeOptions& options)
        : m_trainedGraph(trained),
          m_options(options),
          m_largest(largestWeight(options.weightRange, options.bitsWeights)),
          m_trained(withTrainedNumbers(model.trainable, trained.graph)),
          m_uses(m_trained)
    {
        m_result.prepared = prepareForQuantization(m_trained);
        m_result.plan = planQuantization(m_result.prepared, model.planning);
        m_result.encodings.activations = start.activations;
    }

    LearntEncodings read()
    {
        readActivations();
        for (const auto& weighted : m_result.plan.weighted)
            m_result.encodings.weights[m_result.prepared.node(weighted.node).name] = weightsOf(weighted);
        return std::move(m_result);
    }

private:
    void readActivations()
    {
        for (const auto& [name, step] : m_trainedGraph.activations) {
            const float scale = constantNamed(m_trainedGraph.graph, step.step).data<float>()[0];
            m_result.encodings.activations[name] = {scale, step.zeroPoint};
        }
    }

    QuantizedWeights weightsOf(const WeightedNode& weighted) const
    {
        const auto& prepared = m_result.prepared.node(weighted.node);
        const auto& target = m_result.prepared.value(prepared.inputs.at(1)).constant;
        const auto step = m_trainedGraph.weights.find(prepared.name);
        const auto id = m_trained.findNode(prepared.name);
        const auto floors = smallestScales(weighted);
        if (step == m_trainedGraph.weights.end() || !id)
            return quantizeWeights(target, {weighted.channelAxis, m_options.perChannelWeights, m_largest}, floors);
        auto result = integersOf(m_trained.value(m_trained.node(*id).inputs.at(1)).constant, step->second);
        const Channels channels(result.values.shape(), step->second.axis, result.scales.size());
        fold(result, channels, foldedFactors(m_trained, m_result.prepared, m_uses, *id));
        raise(result, channels, floors);
        result.values = result.values.reshaped(target.shape()); // a 1x1 convolution may have become a matrix
        return result;
    }

    // As FakeQuantize had them in training's last pass.
    QuantizedWeights integersOf(const Tensor& weights, const WeightStep& step) const
    {
        QuantizedWeights result{Tensor(DType::Int8, weights.shape()), toFloats(constantNamed(m_trainedGraph.graph, step.step))};
        const Channels channels(weights.shape(), step.axis, result.scales.size());
        const auto source = weights.data<float>();
        auto integers = result.values.mutableData<std::int8_t>();
        for (std::size_t i = 0; i < source.size(); ++i)
            integers[i] = static_cast<std::int8_t>(quantized(source[i], result.scales[channels.of(i)], 0, -m_largest, m_largest));
        return result;
    }

    static void fold(QuantizedWeights& weights, const Channels& channels, const std::vector<double>& factors)
    {
        if (factors.empty())
            return;
        if (factors.size() != weights.scales.size())
            throw Error(MessageCode::InternalFault, {{"detail", "a normalization of another number of channels than its layer has"}});
        for (std::size_t c = 0; c < factors.size(); ++c)
            weights.scales[c] = static_cast<float>(weights.scales[c] * std::abs(factors[c]));
        auto integers = weights.values.mutableData<std::int8_t>();
        for (std::size_t i = 0; i < integers.size(); ++i)
            if (factors[channels.of(i)] < 0)
                integers[i] = static_cast<std::int8_t>(-integers[i]);
    }

    void raise(QuantizedWeights& weights, const Channels& channels, const std::vector<float>& floors) const
    {
        std::vector<float> before = weights.scales;
        for (std::size_t c = 0; c < weights.scales.size(); ++c) {
            float floor = std::numeric_limits<float>::min();
            for (std::size_t i = weights.scales.size() == 1 ? 0 : c;
                 i < (weights.scales.size() == 1 ? floors.size() : std::min(c + 1, floors.size())); ++i)
                floor = std::max(floor, floors[i]);
            weights.scales[c] = std::max(weights.scales[c], floor);
        }
        auto integers = weights.values.mutableData<std::int8_t>();
        for (std::size_t i = 0; i < integers.size(); ++i)
            if (const auto c = channels.of(i); weights.scales[c] != before[c])
                integers[i] = static_cast<std::int8_t>(
                    quantized(static_cast<float>(integers[i]) * before[c], weights.scales[c], 0, -m_largest, m_largest));
    }

    // Below which int32 couldn't hold the layer's bias.
    std::vector<float> smallestScales(const WeightedNode& weighted) const
    {
        std::vector<float> floors;
        const auto& node = m_result.prepared.node(weighted.node);
        if (!weighted.integer || !node.input(2).valid())
            return floors;
        const auto& input = m_result.encodings.activations.at(m_result.prepared.value(node.inputs[0]).name);
        for (const float value : toFloats(m_result.prepared.value(node.inputs[2]).constant))
            floors.push_back(smallestWeightScale(value, input.scale));
        return floors;
    }

    const FakeQuantizedGraph& m_trainedGraph;
    const QuantizeOptions& m_options;
    const int m_largest;
    const Graph m_trained;
    const GraphUses m_uses;
    LearntEncodings m_result;
};

} // namespace

LearntEncodings learntEncodings(const QatModel& model, const FakeQuantizedGraph& trained, const Encodings& start,
                                const QuantizeOptions& options)
{
    return Reader(model, trained, start, options).read();
}

} // namespace hone
