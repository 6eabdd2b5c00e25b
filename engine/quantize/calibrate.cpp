// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hash.h"
#include "core/parallel.h"
#include "data/loader.h"
#include "data/pairing.h"
#include "evaluate/batch_run.h"
#include "layerwise/activations.h"
#include "onnx_io/onnx_io.h"
#include "quantize/calibration.h"
#include "quantize/plan.h"
#include "quantize/range_method.h"
#include "runtime/memory_estimate.h"

#include <algorithm>
#include <chrono>
#include <cstring>

namespace hone
{
namespace
{

constexpr std::int64_t bytesAtOnce = std::int64_t{48} << 20; // of activations

// The values whose range says what their group needs: what only moves values adds none.
std::vector<ValueId> valuesToWatch(const Graph& graph, Scheme scheme)
{
    const GraphUses uses(graph);
    const auto plan = planQuantization(graph, {.scheme = scheme});
    std::vector<ValueId> watched;
    for (const auto& [id, group] : plan.groupOf) {
        const auto producer = uses.producer(id);
        if (!onlyMoves(graph, producer) || !plan.isQuantized(graph.node(producer).inputs.at(0)))
            watched.push_back(id);
    }
    return watched;
}

// A batch that is short of what the model insists on, filled up with its last sample: that adds nothing to a range.
Tensor filledUp(const Tensor& inputs, std::int64_t batch)
{
    const auto have = inputs.shape().at(0);
    if (have >= batch || have == 0)
        return inputs;
    auto shape = inputs.shape();
    shape[0] = batch;
    Tensor result(inputs.dtype(), shape);
    const auto rowBytes = inputs.byteCount() / static_cast<std::size_t>(have);
    const auto target = result.mutableBytes();
    std::ranges::copy(inputs.bytes(), target.begin());
    for (auto row = have; row < batch; ++row)
        std::memcpy(target.data() + static_cast<std::size_t>(row) * rowBytes,
                    inputs.bytes().data() + static_cast<std::size_t>(have - 1) * rowBytes, rowBytes);
    return result;
}

// The model's own batch where it has one, else so many samples that their activations fit into bytesAtOnce.
int calibrationBatch(const Graph& graph)
{
    std::vector<Dimensions> shapes;
    for (const auto input : graph.inputs)
        shapes.push_back(withFreeAs(graph.value(input).type.shape.value_or(Shape{}), 1));
    return batchWithin(graph, bytesOfARun(graph, shapes), bytesAtOnce);
}

void requireUsable(const Graph& graph, const std::vector<ValueId>& watched, const std::vector<TensorStatistics>& statistics)
{
    for (std::size_t i = 0; i < watched.size(); ++i) {
        const auto& value = graph.value(watched[i]);
        if (statistics[i].notFinite > 0)
            throw Error(MessageCode::CalibrationNotFinite, {{"value", value.name}});
        const bool isInput = std::ranges::find(graph.inputs, watched[i]) != graph.inputs.end();
        if (isInput && statistics[i].low == statistics[i].high)
            throw Error(MessageCode::CalibrationConstant, {{"value", value.name}});
    }
}

// Layers, and what else makes values, that say nothing.
std::optional<Message> constantNotice(const Graph& graph, const std::vector<ValueId>& watched,
                                      const std::vector<TensorStatistics>& statistics)
{
    constexpr std::size_t mostNames = 5;
    const GraphUses uses(graph);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < watched.size(); ++i)
        if (const auto maker = uses.producer(watched[i]); maker.valid() && statistics[i].low == statistics[i].high)
            names.push_back(graph.node(maker).name);
    if (names.empty())
        return std::nullopt;
    std::string text;
    for (std::size_t i = 0; i < std::min(mostNames, names.size()); ++i)
        text += (i > 0 ? ", " : "") + names[i];
    if (names.size() > mostNames)
        text += " and " + std::to_string(names.size() - mostNames) + " more";
    return Message{MessageCode::ConstantInside, {{"layers", text}}};
}

} // namespace

Split splitToCalibrateOn(const Dataset& dataset)
{
    for (const auto split : {Split::Train, Split::Validation})
        if (dataset.size(split) > 0)
            return split;
    throw Error(MessageCode::CalibrationEmpty, {{"path", dataset.folder().string()}});
}

void requireCalibrationSamples(const Dataset& dataset, std::size_t wanted)
{
    const auto samples = std::min(wanted, dataset.size(splitToCalibrateOn(dataset)));
    if (samples < fewestCalibrationSamples)
        throw Error(MessageCode::CalibrationTooSmall,
                    {{"samples", std::to_string(samples)}, {"needed", std::to_string(fewestCalibrationSamples)}});
}

LoaderOptions calibrationLoading(const Graph& prepared, const CalibrationOptions& options)
{
    LoaderOptions loading;
    loading.batch = calibrationBatch(prepared);
    loading.limit = options.samples;
    loading.limitSeed = options.seed;
    loading.threads = options.threads;
    loading.passes = Passes::One;
    return loading;
}

std::string calibrationKey(const Graph& prepared, const Dataset& dataset, const CalibrationOptions& options)
{
    const auto& rules = rulesOf(options.scheme);
    return sha256(sha256(serializeOnnx(prepared)) + dataset.fingerprint() + std::to_string(options.samples) + ' ' +
                  std::to_string(options.seed) + (rules.runsHere ? std::string() : ' ' + std::string(rules.name)));
}

Calibration calibrate(const Graph& prepared, const Dataset& dataset, const CalibrationOptions& options, const JobContext& job)
{
    const auto started = std::chrono::steady_clock::now();
    const auto watched = valuesToWatch(prepared, options.scheme);
    const auto split = splitToCalibrateOn(dataset);
    const auto loading = calibrationLoading(prepared, options);
    Loader loader(dataset, split, pairForInput(prepared, dataset), loading);
    if (loader.samples() < fewestCalibrationSamples)
        throw Error(MessageCode::CalibrationTooSmall,
                    {{"samples", std::to_string(loader.samples())}, {"needed", std::to_string(fewestCalibrationSamples)}});
    Activations activations(prepared, watched, options.threads);

    std::vector<TensorStatistics> statistics(watched.size());
    Calibration result;
    while (const auto next = loader.next(job)) {
        job.checkStop();
        const auto inputs = isBatchFixed(prepared) ? filledUp(next->inputs, loading.batch) : next->inputs;
        const auto values = activations.run(inputs);
        const auto samples = static_cast<std::size_t>(inputs.shape().at(0));
        inParallel(watched.size(), options.threads, [&](std::size_t i) { statistics[i].add(values[i].data<float>(), samples); });
        result.samples += next->labels.size();
        job.report({.activity = Activity::Calibrating,
                    .fraction = static_cast<double>(result.samples) / static_cast<double>(std::max<std::size_t>(1, loader.samples()))});
    }
    if (result.samples == 0)
        throw Error(MessageCode::CalibrationEmpty, {{"path", dataset.folder().string()}});
    requireUsable(prepared, watched, statistics);
    if (auto notice = constantNotice(prepared, watched, statistics))
        result.notices.push_back(std::move(*notice));
    for (std::size_t i = 0; i < watched.size(); ++i)
        result.values[prepared.value(watched[i]).name] = std::move(statistics[i]);
    if (auto notice = loader.notice())
        result.notices.push_back(std::move(*notice));
    result.key = calibrationKey(prepared, dataset, options);
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    result.peakBytes = peakBytes();
    return result;
}

TensorRanges rangesOf(const Calibration& calibration, const Graph& prepared, const QuantizeOptions& options)
{
    const RangeRequest request{.method = options.ranges, .percentile = options.percentile, .steps = gridTypeOf(options).steps()};
    std::vector<const std::pair<const std::string, TensorStatistics>*> items;
    for (const auto& item : calibration.values)
        items.push_back(&item);
    std::vector<TensorRange> ranges(items.size());
    inParallel(items.size(), options.threads, [&](std::size_t i) { ranges[i] = rangeOf(items[i]->second, request); });
    TensorRanges result;
    for (std::size_t i = 0; i < items.size(); ++i)
        result[items[i]->first] = ranges[i];
    const GraphUses uses(prepared);
    for (const auto id : prepared.order())
        if (onlyMoves(prepared, id))
            if (const auto known = result.find(prepared.value(prepared.node(id).input(0)).name); known != result.end())
                result.emplace(prepared.value(prepared.node(id).outputs.at(0)).name, known->second);
    return result;
}

} // namespace hone
