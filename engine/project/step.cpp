// SPDX-License-Identifier: GPL-3.0-or-later
#include "project/step.h"

#include "autograd/graph_module.h"
#include "core/error.h"
#include "core/file.h"
#include "core/hash.h"
#include "onnx_io/onnx_io.h"
#include "project/build_record.h"
#include "project/deflated_size.h"
#include "project/perform_step.h"
#include "project/prune_rounds.h"
#include "project/sensitivity_file.h"
#include "prune/latency_notice.h"
#include "prune/sparsity_groups.h"
#include "train/checkpoint.h"
#include "train/teaching.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <system_error>
#include <utility>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

// What a model that can't be trained is still good for; the verbs' names, which are not translated.
constexpr auto stepsWithoutTraining = "evaluate, compare, prune (without fine-tuning), quantize, deploy";

// A step's training beside its own work: a share of the original's answers, and how long.
struct Recovery
{
    double distill;
    int epochs;
};

std::optional<Recovery> recoveryOf(const StepParameters& parameters)
{
    if (const auto* prune = std::get_if<PruneParameters>(&parameters))
        return Recovery{prune->distill, prune->finetune.epochs + prune->sparsityEpochs};
    if (const auto* sparsify = std::get_if<SparsifyParameters>(&parameters))
        return Recovery{sparsify->recovery.distill, sparsify->recovery.finetune.epochs};
    if (const auto* factorize = std::get_if<FactorizeParameters>(&parameters))
        return Recovery{factorize->recovery.distill, factorize->recovery.finetune.epochs};
    return std::nullopt;
}

bool trains(const StepParameters& parameters)
{
    if (const auto recovery = recoveryOf(parameters))
        return recovery->epochs > 0;
    return std::holds_alternative<FinetuneParameters>(parameters) || std::holds_alternative<DistillParameters>(parameters);
}

// Whoever learns from a teacher needs no labels.
bool learnsFromTeacher(const StepParameters& parameters)
{
    const auto recovery = recoveryOf(parameters);
    return std::holds_alternative<DistillParameters>(parameters) || (recovery && recovery->distill > 0);
}

// Training takes a quantized model, too: its weights learn as the real numbers that they stand for.
bool needsFloatWeights(const StepParameters& parameters)
{
    return std::holds_alternative<PruneParameters>(parameters) || std::holds_alternative<QuantizeParameters>(parameters) ||
           std::holds_alternative<SparsifyParameters>(parameters) || std::holds_alternative<FactorizeParameters>(parameters);
}

fs::path teacherOf(const DistillParameters& parameters, const StepInput& input)
{
    const auto& teacher = input.teacher.empty() ? parameters.teacher : input.teacher;
    if (teacher.empty())
        throw Error(MessageCode::UsageInvalid, {{"detail", "a distill step needs a teacher"}, {"verb", "distill"}});
    return teacher;
}

// Training before pruning has a checkpoint of its own, under this name.
constexpr auto sparsityPart = "sparsity";
std::string roundPart(int round)
{
    return "round" + std::to_string(round);
}

// Of the largest output. Passes come to 1e-5 or less; more than this is no rounding.
constexpr double largestTidyDifference = 1e-4;

// Everything that can be known to go wrong before minutes of work are spent.
void checkInput(const StepParameters& parameters, const StepInput& input, const Graph& graph)
{
    if (const auto* prune = std::get_if<PruneParameters>(&parameters))
        requireConsistent(prune->prune);
    if (const auto* prune = std::get_if<PruneParameters>(&parameters);
        prune && !prune->sensitivity.empty() && prune->prune.scope != PruningScope::Sensitivity)
        throw Error(MessageCode::BadOption,
                    {{"option", "sensitivity"}, {"value", prune->sensitivity.string()}, {"expected", "scope sensitivity beside it"}});
    if (needsFloatWeights(parameters) && isQuantized(graph))
        throw Error(MessageCode::AlreadyQuantized, {{"path", input.model.string()}});
    if (trains(parameters) && !learnsFromTeacher(parameters) && input.dataset && input.dataset->task() == Task::Agreement)
        throw Error(MessageCode::LabelsMissing, {{"path", input.dataset->folder().string()}});
    if (trains(parameters)) {
        std::string operators;
        for (const auto& type : unsupportedOperators(graph))
            operators += (operators.empty() ? "" : ", ") + type;
        if (!operators.empty())
            throw Error(MessageCode::OperatorsUnsupported, {{"operators", operators}, {"open", stepsWithoutTraining}});
    }
}

// Training and pruning read a model best without what its exporter left in it. Dropout is for training.
Graph tidiedFor(const StepParameters& parameters, Graph graph, std::vector<Message>& notices, const JobContext& job)
{
    const bool readsChannels = std::holds_alternative<PruneParameters>(parameters) || std::holds_alternative<FactorizeParameters>(parameters);
    if (!trains(parameters) && !readsChannels)
        return graph;
    auto result = tidy(graph, {.freeBatch = trains(parameters), .keepDropout = true}, job);
    if (result.changes.empty())
        return graph;
    notices = std::move(result.notices);
    return std::move(result.graph);
}

void checkOutput(const fs::path& output)
{
    const auto refuse = [&](const std::string& reason) {
        throw Error(MessageCode::FileUnwritable, {{"path", output.string()}, {"reason", reason}});
    };
    std::error_code ignored;
    const auto folder = output.has_parent_path() ? output.parent_path() : fs::path(".");
    if (!fs::is_directory(folder, ignored))
        refuse("there is no folder " + folder.string());
    if (fs::is_directory(output, ignored))
        refuse("it is a folder");
    if (::access(folder.c_str(), W_OK) != 0)
        refuse("its folder can't be written to");
}

// A step's graph, or the bytes of a file that is taken as it is.
struct Product
{
    std::optional<Graph> graph;
    std::string bytes;
};

// All that the bytes of a training depend on.
std::string checkpointKey(const StepParameters& parameters, const StepInput& input)
{
    Json key;
    key["step"] = stepName(parameters);
    key["parameters"] = parametersToJson(parameters);
    key["model"] = sha256OfFile(input.model);
    if (const auto* distill = std::get_if<DistillParameters>(&parameters))
        key["teacher"] = sha256OfFile(teacherOf(*distill, input));
    key["data"] = input.dataset->fingerprint();
    for (const auto& [name, value] : versionsFor(parameters))
        key["versions"][name] = value;
    return sha256(key.dump(-1, ' ', false, Json::error_handler_t::replace));
}

fs::path besideOutput(const fs::path& output)
{
    return output.parent_path() / ("." + output.filename().string() + ".checkpoint");
}

// What a training has besides its data and its options.
struct Lesson
{
    Teaching teaching = {};
    GroupPenalty penalty = {};
    Zeros zeros = Zeros::Learn;
    std::string part = {}; // of the step, where it trains more than once: each has a checkpoint of its own
};

class Performer
{
public:
    Performer(const StepInput& input, const Graph& graph, const StepParameters& parameters, StepResult& result, const JobContext& job)
        : m_input(input), m_graph(graph), m_key(trains(parameters) ? checkpointKey(parameters, input) : ""), m_result(result), m_job(job)
    {
    }

    Product operator()(const ImportParameters& parameters)
    {
        // A file that is whole in itself comes in byte for byte, so that its hash stays what its owner knows.
        const auto bytes = readFile(parameters.file);
        const bool whole = staticFacts(parameters.file, m_graph).sizeBytes == static_cast<std::int64_t>(bytes.size());
        return {m_graph, whole ? bytes : std::string()};
    }
    Product operator()(const NewParameters&) { return {m_graph, {}}; }
    Product operator()(const FinetuneParameters& parameters) { return {finetuned(m_graph, parameters.train, m_job), {}}; }
    Product operator()(const PruneParameters& parameters)
    {
        const double prunesFrom = pruningBegins(parameters);
        const Graph source = parameters.sparsityEpochs > 0 ? pulledToZero(parameters, m_job.part(0, prunesFrom)) : m_graph;
        const bool bySensitivity = parameters.prune.scope == PruningScope::Sensitivity;
        const double choosesFrom = bySensitivity ? prunesFrom + 0.3 * (1 - prunesFrom) : prunesFrom;
        GroupRatios ratios;
        if (bySensitivity)
            ratios = sensitivityRatiosFor({source, parameters, m_input.dataset, m_input.model, m_input.sensitivity}, m_job.part(prunesFrom, choosesFrom));
        const JobContext job = m_job.part(choosesFrom, 1);
        auto pruned = pruneInRounds(
            {.graph = source,
             .parameters = parameters,
             .dataset = m_input.dataset,
             .facts = m_result.before.facts,
             .model = m_input.model,
             .meter = m_input.evaluate.meter,
             .ratios = std::move(ratios),
             .finetune = [&](const Graph& graph, int round, const JobContext& part) { return finetunedRound(graph, parameters, round, part); },
             .validationTop1 = [&](const Graph& graph, const JobContext& part) { return validationTop1(graph, part); }},
            job);
        m_result.groups = std::move(pruned.groups);
        m_result.proofMaxAbsDifference = pruned.maxAbsDifference;
        m_result.proofMaxAbsDifferenceDouble = pruned.maxAbsDifferenceDouble;
        m_result.proofDoubleLeftOut = pruned.doubleLeftOut;
        m_result.compensation = std::move(pruned.compensation);
        m_result.target = pruned.target;
        if (parameters.rounds > 1)
            m_result.pruneRounds = std::move(pruned.rounds);
        tell(pruned.notices);
        return {std::move(pruned.graph), {}};
    }
    Product operator()(const DistillParameters& parameters)
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
    Product operator()(const SparsifyParameters& parameters)
    {
        auto sparse = sparsify(m_graph, parameters.sparsify);
        m_result.sparsity = SparsityRecord{std::move(sparse.layers), std::move(sparse.left), 0, 0};
        return recovered(std::move(sparse.graph), parameters.recovery, Zeros::Stay, m_job);
    }
    Product operator()(const FactorizeParameters& parameters)
    {
        FactorizeOptions options = parameters.factorize;
        options.seed = parameters.recovery.finetune.seed;
        options.threads = parameters.recovery.finetune.threads;
        const double trainsFrom = parameters.recovery.finetune.epochs > 0 ? 0.2 : 1;
        auto split = factorize(m_graph, parameters.fromData == FromData::On ? m_input.dataset : nullptr, options, m_job.part(0, trainsFrom));
        m_result.factorization = FactorizationRecord{std::move(split.layers), std::move(split.left)};
        return recovered(std::move(split.graph), parameters.recovery, Zeros::Learn, m_job.part(trainsFrom, 1));
    }
    Product operator()(const TidyParameters& parameters)
    {
        auto tidied = tidy(m_graph, parameters.tidy, m_job.part(0, 0.5));
        tell(tidied.notices);
        const auto difference = outputDifference(m_graph, tidied.graph, m_job.part(0.5, 1));
        if (difference && !(*difference <= largestTidyDifference))
            throw Error(MessageCode::InternalFault, {{"detail", "the tidied model's outputs differ by " + std::to_string(*difference)}});
        m_result.tidied = TidyRecord{std::move(tidied.changes), tidied.before, tidied.after, difference};
        return {std::move(tidied.graph), {}};
    }
    Product operator()(const QuantizeParameters& parameters)
    {
        auto quantized = quantize(m_graph, *m_input.dataset, parameters.quantize, m_job);
        tell(quantized.notices);
        return {std::move(quantized.graph), {}};
    }

private:
    Graph finetuned(const Graph& graph, const TrainOptions& options, const JobContext& job, const Lesson& lesson = {})
    {
        const CheckpointPlace place = {lesson.part.empty() ? m_input.checkpoint : fs::path(m_input.checkpoint.string() + "." + lesson.part),
                                       m_key + lesson.part};
        auto trained = train({graph, *m_input.dataset, options, place, lesson.teaching, lesson.penalty, lesson.zeros}, job);
        for (EpochResult& epoch : trained.epochs) { // behind those of a training before
            epoch.epoch = static_cast<int>(m_result.epochs.size()) + 1;
            m_result.epochs.push_back(std::move(epoch));
        }
        tell(trained.notices);
        return std::move(trained.graph);
    }
    // As a share of the whole step: training takes nearly all of it.
    static double pruningBegins(const PruneParameters& parameters)
    {
        const int before = parameters.sparsityEpochs;
        return before == 0 ? 0 : parameters.finetune.epochs == 0 ? 0.9 : static_cast<double>(before) / (before + parameters.finetune.epochs);
    }
    // The last epoch's weights: the best one's would be those that were pulled least.
    Graph pulledToZero(const PruneParameters& parameters, const JobContext& job)
    {
        TrainOptions training = parameters.finetune;
        training.epochs = parameters.sparsityEpochs;
        training.patience = 0;
        training.keepBest = false;
        Lesson lesson;
        lesson.teaching = originalOf(parameters);
        lesson.penalty = {parameters.sparsityStrength, sparsityGroups};
        lesson.part = sparsityPart;
        return finetuned(m_graph, training, job, lesson);
    }
    Teaching originalOf(const PruneParameters& parameters) const
    {
        return {.teacher = &m_graph, .weight = parameters.distill, .temperature = parameters.temperature, .kind = parameters.distillKind};
    }
    Product recovered(Graph graph, const RecoveryParameters& recovery, Zeros zeros, const JobContext& job)
    {
        if (recovery.finetune.epochs == 0)
            return {std::move(graph), {}};
        Lesson lesson;
        lesson.teaching = {.teacher = &m_graph, .weight = recovery.distill, .temperature = recovery.temperature, .kind = recovery.kind};
        lesson.zeros = zeros;
        return {finetuned(graph, recovery.finetune, job, lesson), {}};
    }
    Graph finetunedRound(const Graph& graph, const PruneParameters& parameters, int round, const JobContext& job)
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
    std::optional<double> validationTop1(const Graph& graph, const JobContext& job) const
    {
        if (m_input.dataset->task() != Task::Classification)
            return std::nullopt;
        const TemporaryFolder scratch;
        const auto file = scratch.path() / "model.onnx";
        writeFileAtomically(file, serializeOnnx(graph));
        EvaluateOptions options = m_input.evaluate;
        options.split = Split::Validation;
        options.latency = false;
        const auto evaluation = measure(file, m_input.dataset, options, DataFit::Required, job);
        return evaluation.accuracy ? std::optional(evaluation.accuracy->top1) : std::nullopt;
    }
    void tell(const std::vector<Message>& notices)
    {
        for (const auto& notice : notices)
            if (std::ranges::find(m_result.notices, notice) == m_result.notices.end())
                m_result.notices.push_back(notice);
    }

    const StepInput& m_input;
    const Graph& m_graph;
    const std::string m_key; // of a checkpoint
    StepResult& m_result;
    JobContext m_job;
};

Graph readInput(const StepParameters& parameters, const StepInput& input)
{
    if (const auto* made = std::get_if<NewParameters>(&parameters))
        return makeArchitecture(made->architecture);
    if (const auto* import = std::get_if<ImportParameters>(&parameters))
        return readOnnx(import->file);
    return readOnnx(input.model);
}

// Data that don't fit a root are told, since the next step may bring a new head; the same before a fine-tuning that may replace it.
DataFit fitBefore(const StepParameters& parameters)
{
    const auto* finetune = std::get_if<FinetuneParameters>(&parameters);
    const bool takesTeachersCard = std::holds_alternative<DistillParameters>(parameters);
    return takesTeachersCard || (finetune && finetune->train.head != HeadPolicy::Keep) ? DataFit::Told : DataFit::Required;
}

bool isRoot(const StepParameters& parameters)
{
    return std::holds_alternative<ImportParameters>(parameters) || std::holds_alternative<NewParameters>(parameters);
}

bool isOneOf(MessageCode code, std::initializer_list<MessageCode> codes)
{
    return std::ranges::find(codes, code) != codes.end();
}

// What doesn't fit is what the step is there to mend, so no way out is told, only why there is no figure.
void tellAsBefore(std::vector<Message>& notices)
{
    for (auto& notice : notices) {
        if (notice.code == MessageCode::ClassCountMismatch)
            notice.code = MessageCode::BeforeHasOtherClasses;
        else if (notice.code == MessageCode::ClassesUnmapped)
            notice.code = MessageCode::BeforeLacksClasses;
        else if (notice.code == MessageCode::TargetCountMismatch)
            notice.code = MessageCode::BeforeHasOtherTargets;
    }
}

// Without labels a model can only be held against another one.
EvaluateOptions againstReference(const StepInput& input, const fs::path& otherwise)
{
    auto options = input.evaluate;
    if (input.dataset && input.dataset->task() == Task::Agreement && options.reference.empty())
        options.reference = otherwise;
    return options;
}

// Whether labels say how good the student is, which has its teacher's classes where it states none.
bool labelsFit(const Graph& student, const Graph& teacher, const Dataset& dataset)
{
    if (dataset.task() == Task::Agreement)
        return false;
    try {
        pairCompletely(withTeachersCard(student, {.teacher = &teacher}), dataset);
        return true;
    } catch (const Error&) {
        return false;
    }
}

// A student that learns without labels is held against its teacher, unless labels that it doesn't learn can still measure it.
StepInput withTeacherAsReference(const StepParameters& parameters, StepInput input)
{
    const auto* distill = std::get_if<DistillParameters>(&parameters);
    const bool withoutLabels = distill && input.dataset && (distill->labels == Labels::Ignored || input.dataset->task() == Task::Agreement);
    if (!withoutLabels || !input.evaluate.reference.empty())
        return input;
    const auto teacher = teacherOf(*distill, input);
    if (!labelsFit(readOnnx(input.model), readOnnx(teacher), *input.dataset))
        input.evaluate.reference = teacher;
    return input;
}

// What the zeros are worth: to bytes, and to time, which they usually aren't.
void measureSparsity(const Graph& before, const std::string& after, StepResult& result)
{
    if (!result.sparsity)
        return;
    result.sparsity->compressedBytesBefore = deflatedSize(serializeOnnx(before));
    result.sparsity->compressedBytesAfter = deflatedSize(after);
    if (!result.before.latency || !result.after.latency)
        return;
    const auto milliseconds = [](double value) { return fmt::format("{:.3g}", value); };
    result.notices.push_back({MessageCode::ZerosNotFaster,
                              {{"macs", std::to_string(result.after.facts.macs)},
                               {"latencyBefore", milliseconds(result.before.latency->p50Ms)},
                               {"latencyAfter", milliseconds(result.after.latency->p50Ms)}}});
}

void tellSlowness(StepResult& result)
{
    if (result.groups.empty() || !result.before.latency || !result.after.latency)
        return;
    const SpeedChange change{static_cast<double>(result.before.facts.macs), static_cast<double>(result.after.facts.macs),
                             result.before.latency->p50Ms, result.after.latency->p50Ms};
    if (const auto notice = latencyNotFalling(result.graph, change, channelBlock()))
        result.notices.push_back(*notice);
}

// How far a step's three parts go, as fractions of the whole.
struct Phases
{
    double before = 0.05;
    double after = 0.95;
};

} // namespace

Evaluation measure(const fs::path& model, const Dataset* dataset, const EvaluateOptions& options, DataFit fit,
                   const JobContext& job)
{
    if (!dataset)
        return evaluate(model, dataset, options, job);
    try {
        return evaluate(model, dataset, options, job);
    } catch (const Error& error) {
        // Too few pictures to measure with say nothing against the model, nor against the work that was done.
        const bool nothingToMeasureWith = isOneOf(error.code(), {MessageCode::SplitMissing, MessageCode::DataEmpty});
        const bool misfit = isOneOf(error.code(), {MessageCode::ClassCountMismatch, MessageCode::ClassesUnmapped,
                                                   MessageCode::TargetCountMismatch, MessageCode::OutputUnlikeInput,
                                                   MessageCode::ModelInputUnsupported, MessageCode::ModelOutputUnsupported});
        if (!nothingToMeasureWith && !(misfit && fit == DataFit::Told))
            throw;
        auto evaluation = evaluate(model, nullptr, options, job);
        evaluation.notices.push_back(error.message());
        return evaluation;
    }
}

StepOutcome performStep(const StepParameters& wanted, const StepInput& given, const std::optional<Evaluation>& known,
                        const JobContext& job)
{
    const auto parameters = decided(wanted, given.dataset);
    const auto started = std::chrono::steady_clock::now();
    if (needsData(parameters) && !given.dataset)
        throw Error(MessageCode::DataRequired, {{"step", stepName(parameters)}});
    const Phases phases;
    StepOutcome outcome;
    auto& result = outcome.result;
    const StepInput input = withTeacherAsReference(parameters, given);
    const Graph graph = tidiedFor(parameters, readInput(parameters, input), result.notices, job.part(0, 0));
    checkInput(parameters, input, graph);
    job.checkStop();

    if (known)
        result.before = *known;
    else if (!isRoot(parameters))
        result.before = measure(input.model, input.dataset, againstReference(input, input.model), fitBefore(parameters), job.part(0, phases.before));

    if (fitBefore(parameters) == DataFit::Told)
        tellAsBefore(result.before.notices);

    auto product = std::visit(Performer(input, graph, parameters, result, job.part(phases.before, phases.after)), parameters);
    job.checkStop();
    outcome.bytes = product.bytes.empty() ? serializeOnnx(*product.graph) : std::move(product.bytes);
    result.graph = std::move(*product.graph);
    result.sha256 = sha256(outcome.bytes);

    const TemporaryFolder scratch;
    // Progress tells files by name: the one that the user knows.
    const auto candidate = scratch.path() / (input.output.has_filename() ? input.output.filename() : fs::path("model.onnx"));
    writeFileAtomically(candidate, outcome.bytes);
    result.after = measure(candidate, input.dataset, againstReference(input, isRoot(parameters) ? candidate : input.model),
                           isRoot(parameters) ? DataFit::Told : DataFit::Required, job.part(phases.after, 1));
    for (const auto* evaluation : {&result.before, &result.after})
        for (const auto& notice : evaluation->notices)
            if (std::ranges::find(result.notices, notice) == result.notices.end())
                result.notices.push_back(notice);
    measureSparsity(graph, outcome.bytes, result);
    tellSlowness(result);
    if (isRoot(parameters))
        result.before = result.after;
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    job.checkStop();
    return outcome;
}

void removeCheckpoints(const fs::path& checkpoint)
{
    removeCheckpoint(checkpoint);
    removeCheckpoint(checkpoint.string() + "." + sparsityPart);
    std::error_code ignored;
    for (int round = 1; fs::exists(checkpoint.string() + "." + roundPart(round), ignored); ++round)
        removeCheckpoint(checkpoint.string() + "." + roundPart(round));
}

StepResult runStep(const StepParameters& parameters, const StepInput& input, const JobContext& job)
{
    checkOutput(input.output);
    StepInput resumable = input;
    if (resumable.checkpoint.empty())
        resumable.checkpoint = besideOutput(input.output);
    auto outcome = performStep(parameters, resumable, std::nullopt, job);
    job.report({.activity = Activity::Writing, .fraction = 1, .detail = input.output.filename().string()});
    job.checkStop();
    writeFileAtomically(input.output, outcome.bytes);
    if (trains(parameters))
        removeCheckpoints(resumable.checkpoint);
    outcome.result.output = input.output;
    return std::move(outcome.result);
}

} // namespace hone
