// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/layer_errors.h"

#include "data/loader.h"
#include "data/pairing.h"
#include "evaluate/batch_run.h"
#include "evaluate/evaluation.h"
#include "graph/shape_inference.h"
#include "layerwise/activations.h"
#include "onnx_io/onnx_io.h"
#include "preprocess/raw_input.h"
#include "quantize/half_precision.h"
#include "runtime/memory_estimate.h"
#include "runtime/session.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace hone
{
namespace
{

constexpr std::int64_t mostBytes = 64'000'000; // of one model's values at once
constexpr int largestBatch = 16;

SessionOptions asDefined(int threads)
{
    return {.threads = threads, .optimization = Optimization::None};
}

// A session whose outputs are `wanted`, some of which may be what is fed.
class Watched
{
public:
    Watched(Graph graph, const std::vector<ValueId>& wanted, int threads)
    {
        const auto fed = graph.inputs;
        graph.outputs.clear();
        for (const auto value : wanted) {
            const auto input = std::ranges::find(fed, value) - fed.begin();
            const auto computed = std::ranges::find(graph.outputs, value) - graph.outputs.begin();
            const bool isFed = input < static_cast<std::ptrdiff_t>(fed.size());
            if (!isFed && computed == static_cast<std::ptrdiff_t>(graph.outputs.size()))
                graph.outputs.push_back(value);
            m_places.push_back(isFed ? -1 - input : computed);
        }
        giveInferredTypes(graph, graph.outputs);
        for (const auto output : graph.outputs)
            graph.value(output).type.shape.reset();
        graph.removeDeadNodes();
        if (!graph.outputs.empty())
            m_session.emplace(Session::fromBytes(serializeOnnx(graph), asDefined(threads), graph.name));
    }

    std::vector<Tensor> run(const std::vector<Tensor>& inputs)
    {
        const auto computed = m_session ? m_session->run(inputs) : std::vector<Tensor>();
        std::vector<Tensor> values;
        for (const auto place : m_places)
            values.push_back(
                withoutHalves(place < 0 ? inputs.at(static_cast<std::size_t>(-1 - place)) : computed.at(static_cast<std::size_t>(place))));
        return values;
    }

private:
    std::vector<std::ptrdiff_t> m_places; // of outputs; below 0: -1 minus that of an input
    std::optional<Session> m_session;
};

// The quantized graph cut behind every layer: each reads the float model's values, which are inputs now, and gives its own. Those of the
// quantized model's inputs go onto their grid for themselves.
class Alone
{
public:
    Alone(const Graph& quantized, const std::vector<LayerPair>& pairs, int threads)
    {
        Graph graph = quantized;
        graph.outputs.clear();
        const auto types = inferShapes(quantized);
        std::vector<ValueId> wanted;
        for (const auto& pair : pairs) {
            wanted.push_back(pair.restoredValue);
            if (pair.isInput() && !pair.quantizer.valid())
                continue;
            const auto dtype = types.type(pair.restoredValue).dtype == DType::Float16 ? DType::Float16 : DType::Float32;
            const auto fed = graph.addComputed("fed", {dtype, std::nullopt});
            graph.inputs.push_back(fed);
            for (const auto value : pair.restored)
                graph.replaceUses(value, fed);
            redirectRawReaders(graph, pair, fed);
            m_fed.push_back({static_cast<std::size_t>(&pair - pairs.data()), dtype});
        }
        m_watched.emplace(std::move(graph), wanted, threads);
    }

    std::vector<Tensor> run(const std::vector<Tensor>& inputs, const std::vector<Tensor>& floats)
    {
        auto all = inputs;
        for (const auto& [place, dtype] : m_fed)
            all.push_back(dtype == DType::Float16 ? toHalves(floats.at(place)) : floats.at(place));
        return m_watched->run(all);
    }

private:
    // Whoever reads the value itself and not from its grid.
    static void redirectRawReaders(Graph& graph, const LayerPair& pair, ValueId fed)
    {
        const GraphUses uses(graph);
        for (const auto& use : uses.users(pair.rawValue))
            if (graph.node(use.node).opType != "QuantizeLinear" || !pair.quantizer.valid())
                graph.node(use.node).inputs[use.input] = fed;
    }

    struct Fed
    {
        std::size_t layer = 0;
        DType dtype = DType::Float32;
    };
    std::vector<Fed> m_fed; // layers whose float value is fed, in the order of inputs
    std::optional<Watched> m_watched;
};

Split splitToReadFrom(const Dataset& dataset)
{
    for (const auto split : {Split::Validation, Split::Train})
        if (dataset.size(split) > 0)
            return split;
    throw Error(MessageCode::CalibrationEmpty, {{"path", dataset.folder().string()}});
}

int batchWithinMemory(const Graph& graph)
{
    auto shape = graph.value(graph.inputs.at(0)).type.shape;
    if (!shape)
        return 1;
    const auto bytes = std::max<std::int64_t>(1, bytesOfARun(graph, {withFreeAs(*shape, 1)}));
    return static_cast<int>(std::clamp<std::int64_t>(mostBytes / bytes, 1, largestBatch));
}

LoaderOptions loadingFor(const LayerErrorsRequest& request)
{
    LoaderOptions loading;
    loading.limit = request.samples;
    loading.threads = request.threads;
    loading.dropLast = isBatchFixed(request.floating);
    loading.batch = loading.dropLast ? batchOf(request.floating) : batchWithinMemory(request.floating);
    return loading;
}

std::vector<ValueId> valuesOf(const std::vector<LayerPair>& pairs, ValueId LayerPair::*which)
{
    std::vector<ValueId> values;
    for (const auto& pair : pairs)
        values.push_back(pair.*which);
    return values;
}

void scaleChannels(Tensor& values, const ScaledValues& scaled)
{
    const auto& shape = values.shape();
    const auto& factors = scaled.factors;
    const auto channels = static_cast<std::size_t>(scaled.axis < 0 ? std::ssize(shape) + scaled.axis : scaled.axis);
    if (channels >= shape.size() || shape[channels] != static_cast<std::int64_t>(factors.size()))
        return;
    std::size_t plane = 1;
    for (std::size_t axis = channels + 1; axis < shape.size(); ++axis)
        plane *= static_cast<std::size_t>(shape[axis]);
    const auto data = values.mutableData<float>();
    for (std::size_t i = 0; i < data.size(); ++i)
        data[i] = static_cast<float>(data[i] * factors[i / plane % factors.size()]);
}

struct Sums
{
    SignalToNoise together;
    SignalToNoise alone;
    std::optional<RangeUse> use;
    std::size_t elements = 0;
};

} // namespace

void SignalToNoise::add(const Tensor& signal, const Tensor& other)
{
    if (signal.size() != other.size())
        throw Error(MessageCode::ReferenceUnlike,
                    {{"detail", "a value is " + toText(signal.shape()) + " in float and " + toText(other.shape()) + " quantized"}});
    const auto x = signal.data<float>();
    const auto q = other.data<float>();
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < x.size(); ++i) {
        m_isNumber = m_isNumber && !std::isnan(x[i]);
        if (!std::isfinite(x[i])) {
            m_noise += x[i] == q[i] ? 0 : infinity;
            continue;
        }
        const double difference = static_cast<double>(x[i]) - q[i];
        m_signal += static_cast<double>(x[i]) * x[i];
        m_noise += std::isnan(difference) ? infinity : difference * difference;
    }
}

double SignalToNoise::decibels() const
{
    if (m_noise == 0)
        return largestSnrDb;
    if (m_signal == 0)
        return -largestSnrDb;
    return std::clamp(10 * std::log10(m_signal / m_noise), -largestSnrDb, largestSnrDb);
}

LayerErrors measureLayerErrors(const LayerErrorsRequest& request, const JobContext& job)
{
    const auto& [floating, quantized, pairs, dataset, samples, threads, scaled] = request;
    std::map<std::string, const ScaledValues*> scaledByName;
    for (const auto& one : scaled)
        for (const auto& value : one.values)
            scaledByName[value] = &one;
    LayerErrors errors;
    errors.split = splitToReadFrom(dataset);
    const auto pairing = pairForInput(floating, dataset);
    Loader loader(dataset, errors.split, pairing, loadingFor(request));
    Watched reference(floating, valuesOf(pairs, &LayerPair::floatValue), threads);
    Watched together(quantized, valuesOf(pairs, &LayerPair::restoredValue), threads);
    Alone alone(quantized, pairs, threads);
    std::vector<Sums> sums(pairs.size());
    for (std::size_t i = 0; i < pairs.size(); ++i)
        if (const auto grid = gridOf(quantized, pairs[i].quantizer))
            sums[i].use.emplace(*grid);

    const auto takes = floating.value(floating.inputs.at(0)).type.dtype;
    while (const auto batch = loader.next(job)) {
        job.report({Activity::Evaluating,
                    static_cast<double>(errors.samples) / static_cast<double>(std::max<std::size_t>(1, loader.samples())),
                    {},
                    0,
                    0,
                    {}});
        const std::vector<Tensor> inputs{asTaken(batch->inputs, takes)};
        auto signal = reference.run(inputs);
        for (std::size_t i = 0; i < pairs.size(); ++i)
            if (const auto found = scaledByName.find(floating.value(pairs[i].floatValue).name); found != scaledByName.end())
                scaleChannels(signal[i], *found->second);
        const auto all = together.run(inputs);
        const auto own = alone.run(inputs, signal);
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            job.checkStop();
            sums[i].together.add(signal[i], all[i]);
            sums[i].alone.add(signal[i], own[i]);
            if (sums[i].use)
                sums[i].use->add(signal[i]);
            sums[i].elements = static_cast<std::size_t>(signal[i].size()) / std::max<std::size_t>(1, batch->indices.size());
        }
        errors.samples += batch->indices.size();
    }
    if (errors.samples == 0)
        throw Error(MessageCode::CalibrationEmpty, {{"path", dataset.folder().string()}});
    for (std::size_t i = 0; i < pairs.size(); ++i)
        if (!sums[i].together.isNumber())
            throw Error(MessageCode::CalibrationNotFinite, {{"value", floating.value(pairs[i].floatValue).name}});
    for (const auto& sum : sums)
        errors.layers.push_back(
            {sum.together.decibels(), sum.alone.decibels(), sum.use ? std::optional(sum.use->result()) : std::nullopt, sum.elements});
    for (auto& notice : {preprocessNotice(pairing), loader.notice()})
        if (notice)
            errors.notices.push_back(*notice);
    return errors;
}

} // namespace hone
