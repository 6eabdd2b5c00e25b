// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluate/evaluation.h"

#include "core/file.h"
#include "data/pairing.h"
#include "data/stated_preprocess.h"
#include "evaluate/accuracy.h"
#include "evaluate/agreement.h"
#include "evaluate/batch_run.h"
#include "evaluate/deflated_size.h"
#include "evaluate/ordered_pipeline.h"
#include "evaluate/scorer.h"
#include "graph/cost.h"
#include "onnx_io/onnx_io.h"
#include "preprocess/raw_input.h"
#include "runtime/session.h"

#include <algorithm>
#include <chrono>
#include <span>
#include <system_error>
#include <vector>

namespace hone
{
namespace
{

// Exporters keep tensors below this size inside of the file.
constexpr std::size_t smallestExternalBytes = 1024;

// Bytes that live beside the file: with external data the large tensors together don't fit into it.
std::vector<std::span<const std::byte>> externalData(const Graph& graph, std::int64_t fileBytes)
{
    std::vector<std::span<const std::byte>> large;
    std::int64_t total = 0;
    for (std::uint32_t i = 0; i < graph.valueCount(); ++i)
        if (const auto& constant = graph.value(ValueId{i}).constant; constant.byteCount() >= smallestExternalBytes) {
            large.push_back(constant.bytes());
            total += static_cast<std::int64_t>(constant.byteCount());
        }
    return total > fileBytes ? large : std::vector<std::span<const std::byte>>{};
}

std::int64_t bytesOf(const std::filesystem::path& model)
{
    std::error_code error;
    const auto bytes = std::filesystem::file_size(model, error);
    if (error)
        throw Error(MessageCode::FileUnreadable, {{"path", model.string()}, {"reason", error.message()}});
    return static_cast<std::int64_t>(bytes);
}

std::int64_t compressedBytes(const std::filesystem::path& model, const Graph& graph)
{
    const auto fileBytes = bytesOf(model);
    auto file = openForReading(model);
    std::vector<BytePart> parts{{fileBytes, [&file](std::int64_t offset, std::int64_t count) {
                                     std::string bytes(static_cast<std::size_t>(count), '\0');
                                     file.seekg(offset);
                                     file.read(bytes.data(), count);
                                     return bytes;
                                 }}};
    for (const auto data : externalData(graph, fileBytes))
        parts.push_back({static_cast<std::int64_t>(data.size()), [data](std::int64_t offset, std::int64_t count) {
                             return std::string(reinterpret_cast<const char*>(data.data()) + offset, static_cast<std::size_t>(count));
                         }});
    return deflatedSize(parts);
}

struct TaskRequest
{
    const std::filesystem::path& model;
    const Graph& graph;
    const Dataset& dataset;
    const EvaluateOptions& options;
};

constexpr std::int64_t bytesAtOnce = std::int64_t{48} << 20; // of activations that are alive together, a thread

// `options.threads` threads take a batch each through one session while the loader's threads decode the next ones. The
// figures don't depend on the thread count.
void measureTask(const TaskRequest& request, Evaluation& evaluation, const JobContext& job)
{
    const auto& [model, graph, dataset, options] = request;
    dataset.require(options.split);
    const auto pairing = pairCompletely(graph, dataset);
    const bool fixed = isBatchFixed(graph);
    const int batch = batchWithin(graph, cost(graph).peakActivationBytes, bytesAtOnce);
    const int threads = threadCount(options.threads);
    Loader loader(dataset, options.split, pairing, {.batch = batch, .limit = options.limit, .threads = threads, .passes = Passes::One});
    Session session(model, {.threads = 1});
    const auto takes = session.inputs().at(0).dtype;
    const auto scorer = makeScorer({pairing.task, pairing.outputs, endsInSoftmax(graph)});

    const auto start = std::chrono::steady_clock::now();
    OrderedPipeline<Batch, Tensor> pipeline({
        .take = [&](const JobContext& taking) { return loader.next(taking); },
        .work = [&](const Batch& taken) { return session.run({asTaken(fixed ? padded(taken.inputs, batch) : taken.inputs, takes)}).at(0); },
        .give = [&](const Batch& taken, const Tensor& output) { scorer->add(output, taken); },
        .tell =
            [&](std::size_t given) {
                job.report({Activity::Evaluating,
                            std::min(1.0, static_cast<double>(given) / static_cast<double>(std::max<std::size_t>(1, loader.batches()))),
                            model.filename().string(),
                            0,
                            0,
                            {}});
            },
    });
    pipeline.run(threads, job);
    if (scorer->samples() == 0)
        throw Error(MessageCode::DataEmpty, {{"path", dataset.folder().string()}, {"split", std::string(name(options.split))}});
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    for (auto& notice : {preprocessNotice(pairing), adaptedPreprocessNotice(graph, dataset, pairing),
                         otherChannelsNotice(dataset, options.split, pairing), loader.notice()})
        if (notice)
            evaluation.notices.push_back(*notice);
    scorer->report({options.split, seconds.count()}, evaluation);
}

} // namespace

std::optional<Task> taskOf(const Evaluation& evaluation)
{
    if (evaluation.accuracy)
        return Task::Classification;
    if (evaluation.regression)
        return Task::Regression;
    if (evaluation.anomaly)
        return Task::Anomaly;
    if (evaluation.agreement)
        return Task::Agreement;
    return std::nullopt;
}

std::optional<TaskMetric> metricOf(const Evaluation& evaluation)
{
    if (const auto& accuracy = evaluation.accuracy)
        return TaskMetric{MetricKind::Top1, accuracy->top1, accuracy->top1Low, accuracy->top1High};
    if (const auto& errors = evaluation.regression)
        return TaskMetric{MetricKind::MeanAbsoluteError, errors->mae, errors->maeLow, errors->maeHigh};
    if (const auto& found = evaluation.anomaly) {
        if (found->auc)
            return TaskMetric{MetricKind::AreaUnderCurve, *found->auc, found->aucLow, found->aucHigh};
        if (found->normals > 0)
            return TaskMetric{MetricKind::ReconstructionError, found->normalError, found->normalErrorLow, found->normalErrorHigh};
    }
    if (const auto& agreement = evaluation.agreement; agreement && !agreement->outputs.empty()) {
        const auto& least = agreement->least();
        return TaskMetric{MetricKind::Cosine, least.cosine, least.cosineLow, least.cosineHigh};
    }
    return std::nullopt;
}

std::size_t samplesOf(const Evaluation& evaluation)
{
    if (evaluation.accuracy)
        return evaluation.accuracy->samples;
    if (evaluation.regression)
        return evaluation.regression->samples;
    if (evaluation.anomaly)
        return evaluation.anomaly->normals + evaluation.anomaly->anomalies;
    return evaluation.agreement ? evaluation.agreement->samples : 0;
}

StaticFacts staticFacts(const std::filesystem::path& model, const Graph& graph)
{
    std::int64_t bytes = bytesOf(model);
    for (const auto data : externalData(graph, bytes))
        bytes += static_cast<std::int64_t>(data.size());
    const auto costs = cost(graph);
    return {bytes, costs.parameters, costs.macs, costs.peakActivationBytes};
}

bool compressesWell(const StaticFacts& facts)
{
    constexpr double well = 0.8;
    return facts.compressedBytes && static_cast<double>(*facts.compressedBytes) < well * static_cast<double>(facts.sizeBytes);
}

Evaluation evaluate(const std::filesystem::path& model, const Dataset* dataset, const EvaluateOptions& options, const JobContext& job)
{
    constexpr double latencyShare = 0.1;
    const auto graph = readOnnx(model);
    Evaluation result;
    result.facts = staticFacts(model, graph);
    result.facts.compressedBytes = compressedBytes(model, graph);
    const bool agrees = !options.reference.empty();
    const double measured = !options.latency ? 1 : dataset || agrees ? 1 - latencyShare : 0;
    if (agrees) {
        auto found = measureAgreement({model, graph, dataset, options}, job.part(0, measured));
        result.agreement = std::move(found.agreement);
        result.notices = std::move(found.notices);
    } else if (dataset && dataset->task() == Task::Agreement)
        throw Error(MessageCode::LabelsMissing, {{"path", dataset->folder().string()}});
    else if (dataset)
        measureTask({model, graph, *dataset, options}, result, job.part(0, measured));
    if (options.latency) {
        LocalLatencyMeter local;
        auto& meter = options.meter ? *options.meter : local;
        result.latency = meter.measure(model, job.part(measured, 1));
    }
    return result;
}

} // namespace hone
