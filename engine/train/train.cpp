// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/train.h"

#include "autograd/training_module.h"
#include "core/version.h"
#include "evaluate/agreement.h"
#include "evaluate/scorer.h"
#include "tidy/batch_normalization.h"
#include "train/checkpoint.h"
#include "train/mixing.h"
#include "train/normalization.h"
#include "train/preparation.h"
#include "train/schedule.h"
#include "train/scores.h"
#include "train/sources.h"
#include "train/teacher.h"
#include "train/teaching.h"
#include "train/trainer.h"

#include <cctype>
#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

namespace hone
{

namespace
{

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point begin)
{
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

std::optional<TaskMetric> scored(Trainer& trainer, BatchSource& source, const Pairing& pairing, const JobContext& job)
{
    const auto scorer = makeScorer({.task = pairing.task, .outputs = pairing.outputs});
    source.restart(0);
    while (const auto batch = source.next(job)) {
        job.checkStop();
        scorer->add(trainer.infer(batch->inputs, Weights::Averaged), *batch);
    }
    return scorer->metric();
}

// "validationTop1", "validationMae", ...
std::string progressName(MetricKind kind)
{
    std::string text(name(kind));
    text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
    return "validation" + text;
}

ScoresValue scoresFor(const Graph& graph, Task task)
{
    return task == Task::Classification ? findScores(graph) : ScoresValue{graph.outputs.at(0), Scores::Logits};
}

// What the processor can't do is left out and told.
Precision usablePrecision(const TrainOptions& options, std::vector<Message>& notices)
{
    if (options.precision == Precision::Float32 || options.device != TrainingDevice::Cpu)
        return options.precision;
    const auto facts = processorFacts();
    if (facts.at("features").find("bf16") != std::string::npos)
        return options.precision;
    notices.push_back({MessageCode::Bf16Unavailable, {{"processor", facts.at("processor")}}});
    return Precision::Float32;
}

Loss lossFor(Task task)
{
    if (task == Task::Agreement)
        return Loss::None;
    return task == Task::Classification ? Loss::CrossEntropy : Loss::MeanSquared;
}

// What a training is given beside its model and its sources.
struct Lessons
{
    const TrainInput& input;
    const TrainOptions& options;
    std::optional<TeachingPlan> plan;
};

// Epochs on the training split, each followed by a look at the validation split.
class Training
{
public:
    Training(const PreparedModel& model, TrainingSources& sources, const Lessons& lessons, const JobContext& job);
    // Goes on from what is there, and leaves more of it.
    void keepCheckpoints(const CheckpointPlace& place);
    void run();
    TrainResult result();

private:
    void makeTrainer(const Lessons& lessons);
    std::optional<TaskMetric> validated();
    TaskMetric agreement();
    bool trainEpoch(EpochResult& epoch);
    bool trainBatch(Batch& batch, EpochResult& epoch);
    bool update(EpochResult& epoch);
    Answers answersTo(Batch& batch);
    void keepIfBetter(const EpochResult& epoch);
    bool shouldStop() const;
    void reportEpoch(const EpochResult& epoch) const;
    void saveCheckpoint();
    void saveCheckpointIfDue();
    void goBack(const Tensor* inputs);

    const PreparedModel& m_model;
    TrainingSources& m_sources;
    const TrainOptions& m_options;
    const JobContext& m_job;
    CheckpointPlace m_place;
    std::unique_ptr<Trainer> m_trainer;
    std::optional<Teacher> m_teacher;
    std::size_t m_answers = 0; // so many of the values that are taught, the first ones, are outputs
    ScoresValue m_scores;
    TrainingProgress m_progress;
    std::map<std::string, Tensor> m_kept; // weights of the epoch that shall be kept
    Clock::time_point m_epochBegin;
    Clock::time_point m_lastCheckpoint = Clock::now();
    std::vector<Message> m_notices;
};

Training::Training(const PreparedModel& model, TrainingSources& sources, const Lessons& lessons, const JobContext& job)
    : m_model(model),
      m_sources(sources),
      m_options(lessons.options),
      m_job(job),
      m_scores(scoresFor(sources.graph, model.pairing.task))
{
    makeTrainer(lessons);
    if (lessons.plan) {
        m_teacher.emplace(*lessons.input.teaching.teacher, lessons.plan->teacher, m_options.threads);
        m_answers = lessons.plan->answers;
    }
    m_progress.seconds = sources.featureSeconds; // part of the first epoch
}

void Training::makeTrainer(const Lessons& lessons)
{
    TrainerSettings settings;
    settings.loss = lossFor(m_model.pairing.task);
    settings.optimizer = m_options.optimizer;
    settings.momentum = m_options.momentum;
    settings.weightDecay = m_options.weightDecay;
    settings.labelSmoothing = m_options.labelSmoothing;
    if (lessons.plan)
        settings.distillation = {lessons.input.teaching.weight, lessons.input.teaching.temperature, lessons.plan->student};
    settings.zeros = lessons.input.zeros;
    if (const auto& penalty = lessons.input.penalty; penalty.strength > 0) {
        settings.penalty = penalty.strength;
        settings.penaltyGroups = penalty.groupsOf(m_sources.graph);
    }
    settings.clipNorm = m_options.clipNorm;
    settings.emaDecay = m_options.emaDecay;
    settings.precision = usablePrecision(m_options, m_notices);
    settings.device = m_options.device;
    settings.frozen = m_sources.frozen;
    settings.bodyRateFactor = m_options.bodyRateFactor;
    if (m_options.bodyRateFactor != 1)
        settings.body = bodyOf(m_sources.graph);
    settings.scoresValue = m_scores.value;
    settings.scores = m_scores.kind;
    settings.seed = m_options.seed;
    settings.threads = m_options.threads;
    auto* create = trainingFunction<CreateTrainer>(createTrainerSymbol);
    m_trainer.reset(create(m_sources.graph, settings));
}

void Training::keepCheckpoints(const CheckpointPlace& place)
{
    m_place = place;
    auto checkpoint = readCheckpoint(place);
    if (!checkpoint)
        return;
    m_trainer->restore(checkpoint->trainer);
    m_progress = std::move(checkpoint->progress);
    m_kept = std::move(checkpoint->kept);
    m_notices.push_back({MessageCode::TrainingResumed, {{"epochs", std::to_string(m_progress.epochsDone)}}});
}

Answers Training::answersTo(Batch& batch)
{
    const auto& preprocess = m_model.pairing.preprocess;
    const Layout layout = preprocess.kind() == SampleKind::Picture ? preprocess.picture().layout : Layout::Nchw;
    const MixingOptions mixing{m_options.mixUp, m_options.cutMix, layout, m_options.seed};
    const auto before = static_cast<std::int64_t>(m_progress.epochsDone) * static_cast<std::int64_t>(m_sources.train->batches());
    auto answers = mixed(batch, mixing, before + m_progress.batchesDone);
    if (m_model.pairing.task == Task::Anomaly)
        answers.values = batch.inputs; // to be given back
    if (m_teacher)
        answers.teacherValues = m_teacher->values(batch.inputs);
    return answers;
}

// False where the gradients aren't finite.
bool Training::update(EpochResult& epoch)
{
    const auto batches = static_cast<std::int64_t>(m_sources.train->batches());
    const std::int64_t updates = (batches + m_options.accumulate - 1) / m_options.accumulate;
    epoch.learningRate = learningRateAt(m_options, m_progress.updates, updates);
    if (!m_trainer->update(epoch.learningRate))
        return false;
    ++m_progress.updates;
    return true;
}

bool Training::trainBatch(Batch& batch, EpochResult& epoch)
{
    const auto batches = static_cast<std::int64_t>(m_sources.train->batches());
    const std::int64_t together = m_options.accumulate;
    const std::int64_t firstOfGroup = m_progress.batchesDone / together * together;
    const std::int64_t inGroup = std::min(together, std::max<std::int64_t>(1, batches - firstOfGroup));
    const Answers answers = answersTo(batch);
    const double loss = m_trainer->addGradients(batch.inputs, answers, 1.0 / static_cast<double>(inGroup));
    ++m_progress.batchesDone;
    if (!std::isfinite(loss)) {
        goBack(&batch.inputs);
        return false;
    }
    m_progress.lossSum += loss * static_cast<double>(answers.labels.size());
    m_progress.samples += static_cast<std::int64_t>(answers.labels.size());
    if (m_progress.batchesDone == firstOfGroup + inGroup) {
        if (!update(epoch)) {
            goBack(&batch.inputs);
            return false;
        }
        saveCheckpointIfDue();
    }
    const double done = static_cast<double>(m_progress.batchesDone) / static_cast<double>(std::max<std::int64_t>(1, batches));
    m_job.report({Activity::Training, (epoch.epoch - 1 + std::min(1.0, done)) / m_options.epochs, {}, epoch.epoch, m_options.epochs, {}});
    return true;
}

// False where numbers stopped being finite.
bool Training::trainEpoch(EpochResult& epoch)
{
    m_epochBegin = Clock::now();
    if (epoch.epoch - 1 >= m_options.freezeNormalizationAfter * m_options.epochs)
        m_trainer->freezeNormalization(); // by the epoch's number alone, so that resuming comes to the same
    m_sources.train->restart(epoch.epoch);
    for (std::int64_t skipped = 0; skipped < m_progress.batchesDone && m_sources.train->next(m_job); ++skipped)
        m_job.checkStop();
    while (auto batch = m_sources.train->next(m_job)) {
        m_job.checkStop();
        if (!trainBatch(*batch, epoch))
            return false;
    }
    // Batches that were left out because nothing of them can be read may leave a group open.
    if (m_progress.batchesDone % m_options.accumulate != 0 &&
        m_progress.batchesDone < static_cast<std::int64_t>(m_sources.train->batches()))
        update(epoch);
    const double seconds = m_progress.seconds + secondsSince(m_epochBegin);
    const auto samples = static_cast<double>(m_progress.samples);
    epoch.trainLoss = samples > 0 ? m_progress.lossSum / samples : 0;
    epoch.samplesPerSecond = samples / std::max(1e-9, seconds);
    return true;
}

// Where training ends because a value isn't finite any more.
void Training::goBack(const Tensor* inputs)
{
    const GraphUses uses(m_sources.graph);
    BadValue scores{m_sources.graph.value(m_scores.value).name, {}};
    if (const NodeId producer = uses.producer(m_scores.value); producer.valid())
        scores.layer = m_sources.graph.node(producer).name;
    const BadValue bad = m_trainer->firstBadValue(inputs).value_or(scores);
    MessageArguments arguments{{"epoch", std::to_string(m_progress.epochsDone + 1)},
                               {"batch", std::to_string(m_progress.batchesDone)},
                               {"value", bad.value},
                               {"layer", bad.layer}};
    if (m_progress.keptEpoch == 0) {
        removeCheckpoint(m_place.file);
        throw Error(MessageCode::LossNotFinite, arguments);
    }
    arguments["kept"] = std::to_string(m_progress.keptEpoch);
    m_notices.push_back({MessageCode::TrainingWentBack, arguments});
}

std::optional<TaskMetric> Training::validated()
{
    if (m_model.pairing.task == Task::Agreement)
        return agreement();
    return scored(*m_trainer, *m_sources.validation, m_model.pairing, m_job);
}

// With the teacher's answers, of the output that agrees least.
TaskMetric Training::agreement()
{
    std::vector<OutputComparison> comparisons;
    for (std::size_t i = 0; i < m_answers; ++i)
        comparisons.emplace_back(std::to_string(i));
    m_sources.validation->restart(0);
    while (const auto batch = m_sources.validation->next(m_job)) {
        m_job.checkStop();
        const auto wanted = m_teacher->values(batch->inputs);
        const auto given = m_trainer->inferTaught(batch->inputs, Weights::Averaged);
        const auto samples = static_cast<std::size_t>(batch->inputs.shape().at(0));
        for (std::size_t i = 0; i < m_answers; ++i)
            comparisons[i].add(given.at(i), wanted.at(i), {samples, samples});
    }
    Agreement found;
    for (const auto& comparison : comparisons)
        if (comparison.comparable())
            found.outputs.push_back(comparison.result());
    if (found.outputs.empty())
        return {MetricKind::Cosine, std::numeric_limits<double>::quiet_NaN(), 0, 0};
    const OutputAgreement& least = found.least();
    return {MetricKind::Cosine, least.cosine, least.cosineLow, least.cosineHigh};
}

void Training::keepIfBetter(const EpochResult& epoch)
{
    const bool better = !epoch.validation || !m_progress.best || isBetter(*epoch.validation, *m_progress.best);
    m_progress.epochsWithoutBetter = better ? 0 : m_progress.epochsWithoutBetter + 1;
    if (better)
        m_progress.best = epoch.validation;
    if (!better && m_options.keepBest)
        return;
    m_kept = m_trainer->weights(Weights::Averaged);
    m_progress.keptEpoch = epoch.epoch;
}

bool Training::shouldStop() const
{
    return m_options.patience > 0 && m_progress.epochsWithoutBetter >= m_options.patience;
}

void Training::saveCheckpoint()
{
    if (m_place.file.empty())
        return;
    TrainingProgress progress = m_progress;
    if (progress.batchesDone > 0)
        progress.seconds += secondsSince(m_epochBegin);
    writeCheckpoint(m_place, {progress, m_kept, m_trainer->state()});
    m_lastCheckpoint = Clock::now();
}

void Training::saveCheckpointIfDue()
{
    if (m_options.checkpointMinutes > 0 && secondsSince(m_lastCheckpoint) >= 60 * m_options.checkpointMinutes)
        saveCheckpoint();
}

void Training::reportEpoch(const EpochResult& epoch) const
{
    m_job.report(
        {Activity::Training,
         static_cast<double>(epoch.epoch) / m_options.epochs,
         {},
         epoch.epoch,
         m_options.epochs,
         {{"trainLoss", epoch.trainLoss},
          {progressName(epoch.validation ? epoch.validation->kind : MetricKind::Top1), epoch.validation ? epoch.validation->value : 0},
          {"learningRate", epoch.learningRate},
          {"samplesPerSecond", epoch.samplesPerSecond}}});
}

void Training::run()
{
    while (m_progress.epochsDone < m_options.epochs && !shouldStop()) {
        EpochResult epoch;
        epoch.epoch = m_progress.epochsDone + 1;
        if (!trainEpoch(epoch))
            return;
        if (m_trainer->firstBadValue(nullptr))
            return goBack(nullptr);
        if (m_sources.validation)
            epoch.validation = validated();
        if (epoch.validation && epoch.validation->kind == MetricKind::Top1)
            epoch.validationTop1 = epoch.validation->value;
        keepIfBetter(epoch);
        m_progress.epochs.push_back(epoch);
        m_progress.epochsDone = epoch.epoch;
        m_progress.batchesDone = m_progress.samples = 0;
        m_progress.lossSum = m_progress.seconds = 0;
        if (m_options.checkpointMinutes > 0)
            saveCheckpointIfDue();
        else
            saveCheckpoint();
        reportEpoch(epoch);
    }
}

TrainResult Training::result()
{
    TrainResult result;
    result.graph = m_model.graph;
    for (const auto& [name, tensor] : m_kept)
        result.graph.value(result.graph.findValue(name).value()).constant = tensor;
    result.epochs = m_progress.epochs;
    result.keptEpoch = m_progress.keptEpoch;
    result.headReplaced = m_model.headReplaced;
    result.notices = m_notices;
    for (auto& notice : m_sources.allNotices())
        result.notices.push_back(std::move(notice));
    if (auto notice = preprocessNotice(m_model.pairing))
        result.notices.insert(result.notices.begin(), std::move(*notice));
    return result;
}

} // namespace

TrainResult train(const TrainInput& input, const JobContext& job)
{
    requireSound(input.options);
    requireOperators(input.graph);
    input.dataset.require(Split::Train);
    const Teaching& teaching = input.teaching;
    const bool labels = learnsLabels(teaching, input.dataset);
    const bool taught = teaching.teacher && teaching.weight > 0;
    if (!labels && !taught)
        throw Error(MessageCode::LabelsMissing, {{"path", input.dataset.folder().string()}});
    const bool required = teaching.fit == TeacherFit::Required;
    auto model = prepare(required ? withTeachersCard(input.graph, teaching) : input.graph, input.dataset, input.options,
                         labels ? Supervision::Labels : Supervision::TeacherAlone);
    std::vector<std::string> inserted;
    if (input.options.insertNormalization)
        inserted = insertNormalization(model, input.dataset, input.options, job.part(0, 0));
    // Features take a part of the time that is seldom more than a tenth.
    TrainOptions options = input.options;
    std::vector<Message> ofTeacher;
    auto plan = planTeaching(teaching, model, input.dataset, ofTeacher);
    if (plan)
        options.featureCache = false; // the teacher takes what the whole model takes
    auto sources = openSources(model, input.dataset, options, job.part(0, 0.1));
    const JobContext rest = sources.readsFeatures ? job.part(0.1, 1) : job;
    Training training(model, sources, {input, options, std::move(plan)}, rest);
    training.keepCheckpoints(input.checkpoint);
    training.run();
    auto result = training.result();
    result.notices.insert(result.notices.end(), ofTeacher.begin(), ofTeacher.end());
    if (!inserted.empty()) {
        foldBatchNormalization(result.graph, inserted);
        result.notices.push_back({MessageCode::NormalizationInserted, {{"count", std::to_string(inserted.size())}}});
    }
    return result;
}

TrainResult train(const Graph& graph, const Dataset& dataset, const TrainOptions& options, const JobContext& job)
{
    return train({graph, dataset, options}, job);
}

} // namespace hone
