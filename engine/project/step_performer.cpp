// SPDX-License-Identifier: GPL-3.0-or-later
#include "project/step_performer.h"

#include "core/error.h"
#include "core/file.h"
#include "onnx_io/onnx_io.h"
#include "project/noted_options.h"
#include "project/perform_step.h"
#include "project/prune_rounds.h"
#include "project/sensitivity_file.h"
#include "project/step_kinds.h"
#include "project/step_measurement.h"
#include "prune/sparsity_groups.h"
#include "quantize/half_precision.h"

#include <algorithm>
#include <utility>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

// Of the largest output. Passes come to 1e-5 or less; more than this is no rounding.
constexpr double largestTidyDifference = 1e-4;

// As a share of the whole step: training takes nearly all of it.
double pruningBegins(const PruneParameters& parameters)
{
    const int before = parameters.sparsityEpochs;
    return before == 0 ? 0 : parameters.finetune.epochs == 0 ? 0.9 : static_cast<double>(before) / (before + parameters.finetune.epochs);
}

} // namespace

Performer::Performer(const StepInput& input, const Graph& graph, const StepParameters& parameters, StepResult& result,
                     const JobContext& job)
    : m_input(input),
      m_graph(graph),
      m_key(trains(parameters) ? checkpointKey(parameters, input) : ""),
      m_result(result),
      m_job(job)
{}

Product Performer::operator()(const ImportParameters& parameters)
{
    // A file that is whole in itself comes in byte for byte, so that its hash stays what its owner knows.
    const auto bytes = readFile(parameters.file);
    const bool whole = staticFacts(parameters.file, m_graph).sizeBytes == static_cast<std::int64_t>(bytes.size());
    return {m_graph, whole ? bytes : std::string()};
}

Product Performer::operator()(const NewParameters&)
{
    return {m_graph, {}};
}

Product Performer::operator()(const FinetuneParameters& parameters)
{
    return {finetuned(m_graph, parameters.train, m_job), {}};
}

Product Performer::operator()(const PruneParameters& parameters)
{
    const double prunesFrom = pruningBegins(parameters);
    const bool bySensitivity = parameters.prune.scope == PruningScope::Sensitivity;
    const bool byNamedCurves = bySensitivity && !parameters.sensitivity.empty();
    GroupRatios ratios;
    if (byNamedCurves)
        ratios = ratiosBySensitivity(m_graph, parameters, m_job.part(0, 0));
    const bool trainsBefore = parameters.sparsityEpochs > 0 || (parameters.rounds > 1 && parameters.finetune.epochs > 0);
    if (trainsBefore)
        requirePossible({.graph = m_graph,
                         .parameters = parameters,
                         .facts = m_result.before.facts,
                         .model = m_input.model,
                         .meter = targetMeterOf(m_input),
                         .ratios = ratios},
                        m_job.part(0, 0));
    const Graph source = parameters.sparsityEpochs > 0 ? pulledToZero(parameters, m_job.part(0, prunesFrom)) : m_graph;
    const double choosesFrom = bySensitivity ? prunesFrom + 0.3 * (1 - prunesFrom) : prunesFrom;
    if (bySensitivity && !byNamedCurves)
        ratios = ratiosBySensitivity(source, parameters, m_job.part(prunesFrom, choosesFrom));
    const JobContext job = m_job.part(choosesFrom, 1);
    std::optional<MetricKind> measuredBy;
    const auto onValidation = [&](const Graph& graph, const JobContext& part) -> std::optional<double> {
        const auto metric = validationMetric(graph, part);
        if (!metric)
            return std::nullopt;
        measuredBy = metric->kind;
        return metric->value;
    };
    auto pruned = pruneInRounds(
        {.graph = source,
         .parameters = parameters,
         .dataset = m_input.dataset,
         .facts = m_result.before.facts,
         .model = m_input.model,
         .meter = targetMeterOf(m_input),
         .ratios = std::move(ratios),
         .finetune = [&](const Graph& graph, int round, const JobContext& part) { return finetunedRound(graph, parameters, round, part); },
         .validationMetric = onValidation},
        job);
    m_result.groups = std::move(pruned.groups);
    for (const auto& layer : findDependencies(source, parameters.prune.attention).unprunable)
        m_result.unprunable.push_back({layer.name, layer.reason});
    m_result.proofMaxAbsDifference = pruned.maxAbsDifference;
    m_result.proofMaxAbsDifferenceDouble = pruned.maxAbsDifferenceDouble;
    m_result.proofDoubleLeftOut = pruned.doubleLeftOut;
    m_result.compensation = std::move(pruned.compensation);
    if (m_result.compensation)
        m_result.compensation->metric = measuredBy;
    m_result.target = pruned.target;
    if (parameters.rounds > 1)
        m_result.pruneRounds = std::move(pruned.rounds);
    tell(pruned.notices);
    return {std::move(pruned.graph), {}};
}

// Training for sparsity has made another model than the file's: its curves are measured anew, unless a file of them was named.
GroupRatios Performer::ratiosBySensitivity(const Graph& source, const PruneParameters& parameters, const JobContext& job)
{
    std::optional<TemporaryFolder> scratch;
    SensitivityScopeInput input{source, parameters, m_input.dataset, m_input.model, m_input.sensitivity};
    if (parameters.sparsityEpochs > 0 && parameters.sensitivity.empty()) {
        input.model = scratch.emplace().path() / "model.onnx";
        input.folder.clear();
        writeFileAtomically(input.model, serializeOnnx(source));
    }
    auto scope = sensitivityRatiosFor(input, job);
    tell(scope.notices);
    return std::move(scope.ratios);
}

Product Performer::operator()(const DistillParameters& parameters)
{
    const Graph teacher = readOnnx(teacherOf(parameters, m_input));
    Lesson lesson;
    lesson.teaching = {.teacher = &teacher,
                       .weight = parameters.weight,
                       .temperature = parameters.temperature,
                       .kind = parameters.kind,
                       .answers = parameters.answers,
                       .labels = parameters.labels,
                       .fit = TeacherFit::Required};
    return {finetuned(m_graph, parameters.train, m_job, lesson), {}};
}

Product Performer::operator()(const SparsifyParameters& parameters)
{
    auto sparse = sparsify(m_graph, parameters.sparsify);
    m_result.sparsity = SparsityRecord{std::move(sparse.layers), std::move(sparse.left), 0, 0};
    return recovered(std::move(sparse.graph), parameters.recovery, Zeros::Stay, m_job);
}

Product Performer::operator()(const FactorizeParameters& parameters)
{
    FactorizeOptions options = parameters.factorize;
    options.seed = parameters.recovery.finetune.seed;
    options.threads = parameters.recovery.finetune.threads;
    const double trainsFrom = parameters.recovery.finetune.epochs > 0 ? 0.2 : 1;
    auto split = factorize(m_graph, parameters.fromData == FromData::On ? m_input.dataset : nullptr, options, m_job.part(0, trainsFrom));
    m_result.factorization = FactorizationRecord{std::move(split.layers), std::move(split.left)};
    return recovered(std::move(split.graph), parameters.recovery, Zeros::Learn, m_job.part(trainsFrom, 1));
}

Product Performer::operator()(const TidyParameters& parameters)
{
    auto tidied = tidy(m_graph, parameters.tidy, m_job.part(0, 0.5));
    tell(tidied.notices);
    const auto difference = outputDifference(m_graph, tidied.graph, m_job.part(0.5, 1));
    if (difference && !(*difference <= largestTidyDifference))
        throw Error(MessageCode::InternalFault, {{"detail", "the tidied model's outputs differ by " + std::to_string(*difference)}});
    m_result.tidied = TidyRecord{std::move(tidied.changes), tidied.before, tidied.after, difference};
    return {std::move(tidied.graph), {}};
}

Product Performer::operator()(const QuantizeParameters& parameters)
{
    auto quantized = quantize({m_graph, m_input.dataset, parameters.quantize, m_input.calibration}, m_job);
    tell(quantized.notices);
    auto& record = m_result.quantization.emplace();
    const Graph optimized = optimizedByRuntime(serializeOnnx(quantized.graph), m_input.output.string());
    record.kernels = censusOf(optimized, quantized.graph);
    if (const auto widened = parameters.quantize.method == QuantizeMethod::Half ? widenedNotice(quantized, optimized) : std::nullopt)
        tell({*widened});
    record.calibrationSamples = quantized.calibrationSamples;
    record.calibrationSeconds = quantized.calibrationSeconds;
    record.calibrationPeakBytes = quantized.calibrationPeakBytes;
    record.damage = std::move(quantized.damage);
    record.precision = std::move(quantized.precisionSteps);
    record.repairs = std::move(quantized.repairs);
    record.layers =
        reportLayers(quantized.floating, quantized.graph, m_input.dataset,
                     {.bitsWeights = parameters.quantize.bitsWeights, .threads = parameters.quantize.threads}, m_job.part(0.95, 1));
    noteOptions(quantized.graph, parameters);
    return {std::move(quantized.graph), {}};
}

Product Performer::operator()(const QatParameters& parameters)
{
    const auto file = m_input.teacher.empty() ? parameters.teacher : m_input.teacher;
    const Graph teacher = file.empty() ? m_graph : readOnnx(file);
    const Teaching teaching{.teacher = &teacher,
                            .weight = parameters.distill,
                            .temperature = parameters.temperature,
                            .kind = parameters.kind,
                            .fit = file.empty() ? TeacherFit::IfAlike : TeacherFit::Required};
    auto trained = trainQuantized({.graph = m_graph,
                                   .dataset = *m_input.dataset,
                                   .options = parameters.qat,
                                   .checkpoint = checkpointPlace(m_input.checkpoint, m_key, {}),
                                   .teaching = teaching},
                                  m_job.part(0, 0.98));
    m_result.epochs = std::move(trained.epochs);
    tell(trained.notices);
    auto& record = m_result.quantization.emplace();
    record.kernels = kernelCensus(serializeOnnx(trained.graph), m_input.output.string());
    record.calibrationSamples = trained.calibrationSamples;
    record.calibrationSeconds = trained.calibrationSeconds;
    record.calibrationPeakBytes = trained.calibrationPeakBytes;
    record.layers =
        reportLayers(m_graph, trained.graph, m_input.dataset,
                     {.bitsWeights = parameters.qat.quantize.bitsWeights, .threads = parameters.qat.train.threads}, m_job.part(0.98, 1));
    noteOptions(trained.graph, parameters);
    return {std::move(trained.graph), {}};
}

Graph Performer::finetuned(const Graph& graph, const TrainOptions& options, const JobContext& job, const Lesson& lesson)
{
    const CheckpointPlace place = checkpointPlace(m_input.checkpoint, m_key, lesson.part);
    auto trained = train({graph, *m_input.dataset, options, place, lesson.teaching, lesson.penalty, lesson.zeros}, job);
    for (EpochResult& epoch : trained.epochs) { // behind those of a training before
        epoch.epoch = static_cast<int>(m_result.epochs.size()) + 1;
        m_result.epochs.push_back(std::move(epoch));
    }
    tell(trained.notices);
    return std::move(trained.graph);
}

// The last epoch's weights: the best one's would be those that were pulled least.
Graph Performer::pulledToZero(const PruneParameters& parameters, const JobContext& job)
{
    TrainOptions training = parameters.finetune;
    training.epochs = parameters.sparsityEpochs;
    training.patience = 0;
    training.keepBest = false;
    Lesson lesson;
    lesson.teaching = originalOf(parameters);
    lesson.penalty = {parameters.sparsityStrength,
                      [attention = parameters.prune.attention](const Graph& graph) { return sparsityGroups(graph, attention); }};
    lesson.part = sparsityPart();
    return finetuned(m_graph, training, job, lesson);
}

Teaching Performer::originalOf(const PruneParameters& parameters) const
{
    return {.teacher = &m_graph, .weight = parameters.distill, .temperature = parameters.temperature, .kind = parameters.distillKind};
}

Product Performer::recovered(Graph graph, const RecoveryParameters& recovery, Zeros zeros, const JobContext& job)
{
    if (recovery.finetune.epochs == 0)
        return {std::move(graph), {}};
    Lesson lesson;
    lesson.teaching = {.teacher = &m_graph, .weight = recovery.distill, .temperature = recovery.temperature, .kind = recovery.kind};
    lesson.zeros = zeros;
    return {finetuned(graph, recovery.finetune, job, lesson), {}};
}

Graph Performer::finetunedRound(const Graph& graph, const PruneParameters& parameters, int round, const JobContext& job)
{
    Lesson lesson{.teaching = originalOf(parameters)};
    if (parameters.rounds > 1)
        lesson.part = roundPart(round);
    auto epochs = std::move(m_result.epochs);
    Graph trained = finetuned(graph, parameters.finetune, job, lesson);
    for (EpochResult& epoch : m_result.epochs) {
        epoch.epoch += static_cast<int>(epochs.size());
        epochs.push_back(std::move(epoch));
    }
    m_result.epochs = std::move(epochs);
    return trained;
}

std::optional<TaskMetric> Performer::validationMetric(const Graph& graph, const JobContext& job) const
{
    const TemporaryFolder scratch;
    const auto file = scratch.path() / "model.onnx";
    writeFileAtomically(file, serializeOnnx(graph));
    EvaluateOptions options = againstReference(m_input, m_input.model);
    options.split = Split::Validation;
    options.latency = false;
    return metricOf(measure(file, m_input.dataset, options, DataFit::Required, job));
}

void Performer::tell(const std::vector<Message>& notices)
{
    for (const auto& notice : notices)
        if (std::ranges::find(m_result.notices, notice) == m_result.notices.end())
            m_result.notices.push_back(notice);
}

} // namespace hone
