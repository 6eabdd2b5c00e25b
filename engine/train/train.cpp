// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/train.h"

#include "autograd/graph_module.h"
#include "autograd/training_module.h"
#include "graph/transform.h"
#include "train/freeze.h"
#include "train/head.h"
#include "train/schedule.h"
#include "train/scores.h"
#include "train/teacher.h"
#include "train/trainer.h"

#include <chrono>
#include <cmath>
#include <memory>
#include <optional>

namespace hone
{

namespace
{

[[noreturn]] void throwBadOption(const std::string& option, double value, const std::string& expected)
{
    throw Error(MessageCode::BadOption,
                {{"option", option}, {"value", std::to_string(value)}, {"expected", expected}});
}

void check(const TrainOptions& options)
{
    if (options.epochs < 0)
        throwBadOption("epochs", options.epochs, "0 or more");
    if (options.batch < 1)
        throwBadOption("batch", options.batch, "1 or more");
    if (!(options.learningRate >= 0) || !std::isfinite(options.learningRate))
        throwBadOption("learningRate", options.learningRate, "a positive number");
    if (!(options.momentum >= 0 && options.momentum < 1))
        throwBadOption("momentum", options.momentum, "0 to below 1");
    if (!(options.weightDecay >= 0))
        throwBadOption("weightDecay", options.weightDecay, "0 or more");
    if (!(options.labelSmoothing >= 0 && options.labelSmoothing < 1))
        throwBadOption("labelSmoothing", options.labelSmoothing, "0 to below 1");
}

void requireOperators(const Graph& graph)
{
    std::string list;
    for (const auto& name : unsupportedOperators(graph))
        list += (list.empty() ? "" : ", ") + name;
    if (!list.empty())
        throw Error(MessageCode::OperatorsUnsupported,
                    {{"operators", list}, {"open", "info, evaluate, quantize, compare, deploy"}});
}

// A batch of any size, whatever the file fixes.
Graph withFreeBatch(Graph graph)
{
    const auto isFixed = [&graph] {
        const auto& shape = graph.value(graph.inputs.at(0)).type.shape;
        return shape && !shape->empty() && shape->front().isFixed();
    };
    if (isFixed())
        makeBatchFree(graph);
    if (isFixed())
        throw Error(MessageCode::NotTrainable,
                    {{"detail", "its batch is fixed at " + std::to_string(graph.value(graph.inputs[0]).type.shape->front().extent)}});
    return graph;
}

struct Prepared
{
    Graph graph; // with its model card
    Pairing pairing;
    bool headReplaced = false;
};

Prepared prepared(const Graph& graph, const Dataset& dataset, const TrainOptions& options)
{
    Prepared result{withFreeBatch(graph), {}, false};
    result.pairing = options.head == HeadPolicy::Keep ? pairCompletely(result.graph, dataset) : pair(result.graph, dataset);
    result.headReplaced =
        options.head == HeadPolicy::Replace || (options.head == HeadPolicy::Auto && !result.pairing.complete());

    ModelCard card = readModelCard(result.graph);
    card.preprocess = result.pairing.preprocess;
    const auto& classes = dataset.classes();
    if (result.headReplaced) {
        result.graph = withNewHead(result.graph, static_cast<int>(classes.size()), options.seed);
        result.pairing.outputs = static_cast<int>(classes.size());
        card.classes.clear();
        for (std::size_t i = 0; i < classes.size(); ++i)
            result.pairing.outputOfClass[i] = static_cast<int>(i);
    }
    // Classes that the model already knew by other names stay known.
    for (std::size_t i = 0; i < classes.size(); ++i)
        card.classes.emplace(classes[i].name, result.pairing.outputOfClass[i].value());
    writeModelCard(result.graph, card);
    return result;
}

double shareCorrect(Trainer& trainer, Loader& loader, const JobContext& job)
{
    std::size_t correct = 0;
    std::size_t samples = 0;
    loader.restart(0);
    while (const auto batch = loader.next(job)) {
        job.checkStop();
        const auto predicted = trainer.predict(batch->inputs);
        for (std::size_t i = 0; i < predicted.size(); ++i)
            correct += predicted[i] == batch->labels[i] ? 1 : 0;
        samples += predicted.size();
    }
    return samples > 0 ? static_cast<double>(correct) / static_cast<double>(samples) : 0;
}

// Epochs on the training split, each followed by a look at the validation split.
class Training
{
public:
    Training(const Prepared& prepared, const Dataset& dataset, const TrainOptions& options, const Teaching& teaching,
             const JobContext& job);
    TrainResult run();

private:
    EpochResult trainEpoch(int epoch);
    // False where training should end.
    bool keepOrGiveUp(const EpochResult& epoch);

    const TrainOptions& m_options;
    const JobContext& m_job;
    bool m_headReplaced;
    std::unique_ptr<Trainer> m_trainer;
    std::optional<Teacher> m_teacher;
    Loader m_trainLoader;
    std::optional<Loader> m_validationLoader;
    std::int64_t m_step = 0;
    double m_bestTop1 = -1;
    int m_epochsWithoutBetter = 0;
    TrainResult m_result;
};

std::unique_ptr<Trainer> makeTrainer(const Graph& graph, const TrainOptions& options, const Teaching& teaching)
{
    const ScoresValue scores = findScores(graph);
    TrainerSettings settings;
    settings.optimizer = options.optimizer;
    settings.momentum = options.momentum;
    settings.weightDecay = options.weightDecay;
    settings.labelSmoothing = options.labelSmoothing;
    settings.distillation = {teaching.weight, teaching.temperature};
    settings.frozen = nodesMatching(graph, options.freeze);
    settings.scoresValue = scores.value;
    settings.scores = scores.kind;
    settings.seed = options.seed;
    settings.threads = options.threads;
    auto* create = trainingFunction<CreateTrainer>(createTrainerSymbol);
    return std::unique_ptr<Trainer>(create(graph, settings));
}

// One thread decodes ahead; more would take cores from the two passes, and each epoch after the first decodes nothing.
constexpr int decodingThreads = 1;

LoaderOptions trainLoaderOptions(const Dataset& dataset, const TrainOptions& options)
{
    LoaderOptions loading;
    loading.batch = options.batch;
    loading.order = Order::Shuffled;
    loading.seed = options.seed;
    loading.augmentation = options.augmentation;
    loading.threads = decodingThreads;
    // A last batch of a few samples gives poor batch statistics.
    loading.dropLast = dataset.size(Split::Train) >= static_cast<std::size_t>(options.batch);
    return loading;
}

LoaderOptions validationLoaderOptions(const TrainOptions& options)
{
    LoaderOptions loading;
    loading.batch = options.batch;
    loading.threads = decodingThreads;
    return loading;
}

Training::Training(const Prepared& prepared, const Dataset& dataset, const TrainOptions& options, const Teaching& teaching,
                   const JobContext& job)
    : m_options(options), m_job(job), m_headReplaced(prepared.headReplaced),
      m_trainer(makeTrainer(prepared.graph, options, teaching)),
      m_trainLoader(dataset, Split::Train, prepared.pairing, trainLoaderOptions(dataset, options))
{
    const bool alike = teaching.teacher && !prepared.headReplaced &&
                       pair(*teaching.teacher, dataset).outputs == prepared.pairing.outputs;
    if (alike && teaching.weight > 0)
        m_teacher.emplace(*teaching.teacher, options.threads);
    if (dataset.size(Split::Validation) > 0)
        m_validationLoader.emplace(dataset, Split::Validation, prepared.pairing, validationLoaderOptions(options));
}

EpochResult Training::trainEpoch(int epoch)
{
    const auto begin = std::chrono::steady_clock::now();
    const auto batches = static_cast<std::int64_t>(m_trainLoader.batches());
    m_trainLoader.restart(epoch);
    EpochResult result;
    result.epoch = epoch;
    std::size_t samples = 0;
    double lossSum = 0;
    std::int64_t batchIndex = 0;
    while (const auto batch = m_trainLoader.next(m_job)) {
        m_job.checkStop();
        result.learningRate = learningRateAt(m_options, m_step++, batches);
        const double loss = m_trainer->step(batch->inputs, batch->labels,
                                            m_teacher ? m_teacher->scores(batch->inputs) : Tensor(), result.learningRate);
        ++batchIndex;
        if (!std::isfinite(loss))
            throw Error(MessageCode::LossNotFinite,
                        {{"epoch", std::to_string(epoch)}, {"batch", std::to_string(batchIndex)}});
        lossSum += loss * static_cast<double>(batch->labels.size());
        samples += batch->labels.size();
        const double done = static_cast<double>(batchIndex) / static_cast<double>(std::max<std::int64_t>(1, batches));
        m_job.report({Activity::Training, (epoch - 1 + std::min(1.0, done)) / m_options.epochs, {}, epoch, m_options.epochs, {}});
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    result.trainLoss = samples > 0 ? lossSum / static_cast<double>(samples) : 0;
    result.samplesPerSecond = static_cast<double>(samples) / std::max(1e-9, seconds.count());
    return result;
}

bool Training::keepOrGiveUp(const EpochResult& epoch)
{
    if (!m_validationLoader)
        return true;
    if (epoch.validationTop1 > m_bestTop1) {
        m_bestTop1 = epoch.validationTop1;
        m_epochsWithoutBetter = 0;
        if (m_options.keepBest) {
            m_result.graph = m_trainer->graph();
            m_result.keptEpoch = epoch.epoch;
        }
        return true;
    }
    ++m_epochsWithoutBetter;
    return m_options.patience <= 0 || m_epochsWithoutBetter < m_options.patience;
}

TrainResult Training::run()
{
    m_result.headReplaced = m_headReplaced;
    for (int epoch = 1; epoch <= m_options.epochs; ++epoch) {
        EpochResult result = trainEpoch(epoch);
        if (m_validationLoader)
            result.validationTop1 = shareCorrect(*m_trainer, *m_validationLoader, m_job);
        m_result.epochs.push_back(result);
        m_job.report({Activity::Training,
                      static_cast<double>(epoch) / m_options.epochs,
                      {},
                      epoch,
                      m_options.epochs,
                      {{"trainLoss", result.trainLoss},
                       {"validationTop1", result.validationTop1},
                       {"learningRate", result.learningRate},
                       {"samplesPerSecond", result.samplesPerSecond}}});
        if (!keepOrGiveUp(result))
            break;
    }
    if (m_result.keptEpoch == 0) {
        m_result.graph = m_trainer->graph();
        m_result.keptEpoch = static_cast<int>(m_result.epochs.size());
    }
    if (const auto notice = m_trainLoader.notice())
        m_result.notices.push_back(*notice);
    if (m_validationLoader)
        if (const auto notice = m_validationLoader->notice())
            m_result.notices.push_back(*notice);
    return std::move(m_result);
}

} // namespace

TrainResult train(const Graph& graph, const Dataset& dataset, const TrainOptions& options, const JobContext& job,
                  const Teaching& teaching)
{
    check(options);
    requireOperators(graph);
    dataset.require(Split::Train);
    const auto start = prepared(graph, dataset, options);
    auto result = Training(start, dataset, options, teaching, job).run();
    if (auto notice = preprocessNotice(start.pairing))
        result.notices.insert(result.notices.begin(), std::move(*notice));
    return result;
}

} // namespace hone
