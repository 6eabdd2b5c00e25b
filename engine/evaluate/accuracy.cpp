// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluate/accuracy.h"

#include "runtime/session.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <limits>
#include <map>
#include <mutex>
#include <thread>

namespace hone
{
namespace
{

// Small enough that the activations of a batch stay in the processor's caches, large enough to spread the cost of a run.
constexpr int freeBatch = 16;
constexpr double largestLoss = 100;

struct Answer
{
    std::size_t index = 0; // into the split
    RowScore score;
};

// Rows of zeros up to the batch that a model insists on; a full batch comes back as it is.
Tensor padded(const Tensor& inputs, std::int64_t batch)
{
    if (inputs.shape().at(0) == batch)
        return inputs;
    auto shape = inputs.shape();
    shape[0] = batch;
    Tensor result(inputs.dtype(), shape);
    std::ranges::copy(inputs.bytes(), result.mutableBytes().begin());
    return result;
}

class Measurement
{
public:
    Measurement(const AccuracyRequest& request)
        : m_request(request), m_pairing(pairCompletely(request.graph, request.dataset)),
          m_fixedBatch(isBatchFixed(request.graph)), m_batch(batchOf(request.graph)),
          m_loader(request.dataset, request.options.split, m_pairing, loaderOptions()),
          m_session(request.model, {.threads = 1, .optimization = Optimization::All, .profilePrefix = {}})
    {
    }

    AccuracyResult run(const JobContext& job)
    {
        const auto start = std::chrono::steady_clock::now();
        const JobContext silent(job.stopToken());
        {
            std::vector<std::jthread> helpers;
            for (int i = 1; i < threads(); ++i)
                helpers.emplace_back([&] { work(silent); });
            work(job); // this thread alone reports progress
        }
        if (m_failure)
            std::rethrow_exception(m_failure);
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
        return summarize(seconds.count());
    }

private:
    struct Job
    {
        std::size_t number = 0;
        Batch batch;
    };

    static bool isBatchFixed(const Graph& graph)
    {
        const auto& shape = graph.value(graph.inputs.at(0)).type.shape;
        return shape && !shape->empty() && shape->front().isFixed();
    }

    int threads() const
    {
        const int wanted = m_request.options.threads;
        return wanted > 0 ? wanted : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    }

    LoaderOptions loaderOptions() const
    {
        LoaderOptions options;
        options.batch = m_batch;
        options.limit = m_request.options.limit;
        options.threads = threads();
        return options;
    }

    void work(const JobContext& job)
    {
        try {
            while (auto next = take(job)) {
                auto answers = answer(next->batch);
                const std::lock_guard lock(m_mutex);
                m_answered += answers.size();
                m_answers.emplace(next->number, std::move(answers));
                job.report({Activity::Evaluating, static_cast<double>(m_answered) / std::max<std::size_t>(1, m_loader.samples()),
                            m_request.model.filename().string(), 0, 0, {}});
            }
        } catch (...) {
            const std::lock_guard lock(m_mutex);
            if (!m_failure)
                m_failure = std::current_exception();
        }
    }

    std::optional<Job> take(const JobContext& job)
    {
        job.checkStop();
        const std::lock_guard lock(m_loaderMutex);
        {
            const std::lock_guard answers(m_mutex);
            if (m_failure)
                return std::nullopt;
        }
        auto batch = m_loader.next(job);
        if (!batch)
            return std::nullopt;
        return Job{m_taken++, std::move(*batch)};
    }

    std::vector<Answer> answer(const Batch& batch)
    {
        const auto inputs = m_fixedBatch ? padded(batch.inputs, m_batch) : batch.inputs;
        const auto rows = toFloats(m_session.run({inputs}).at(0));
        const auto width = static_cast<std::size_t>(m_pairing.outputs);
        if (width == 0 || rows.size() < batch.labels.size() * width)
            throw Error(MessageCode::ModelOutputUnsupported,
                        {{"detail", std::to_string(rows.size()) + " values for " + std::to_string(batch.labels.size()) +
                                        " samples and " + std::to_string(width) + " classes"}});
        std::vector<Answer> answers;
        for (std::size_t i = 0; i < batch.labels.size(); ++i)
            answers.push_back({batch.indices.at(i), scoreRow(std::span(rows).subspan(i * width, width), batch.labels[i])});
        return answers;
    }

    AccuracyResult summarize(double seconds) const
    {
        AccuracyResult result;
        auto& accuracy = result.accuracy;
        accuracy.split = m_request.options.split;
        const int topFive = std::min(5, m_pairing.outputs);
        std::size_t first = 0;
        std::size_t five = 0;
        double logitLoss = 0;
        double probabilityLoss = 0;
        bool allProbabilities = true;
        for (const auto& [number, answers] : m_answers) {
            for (const auto& [index, score] : answers) {
                accuracy.indices.push_back(index);
                accuracy.predictions.push_back(score.prediction);
                accuracy.correct.push_back(score.rank == 0);
                first += score.rank == 0;
                five += score.rank < topFive;
                logitLoss += score.logitLoss;
                probabilityLoss += score.probabilityLoss;
                allProbabilities = allProbabilities && score.isProbability;
            }
        }
        accuracy.samples = accuracy.predictions.size();
        if (accuracy.samples == 0)
            throw Error(MessageCode::DataEmpty, {{"path", m_request.dataset.folder().string()},
                                                 {"split", std::string(name(m_request.options.split))}});
        const auto count = static_cast<double>(accuracy.samples);
        const auto interval = wilsonInterval(first, accuracy.samples);
        accuracy.top1 = static_cast<double>(first) / count;
        accuracy.top1Low = interval.low;
        accuracy.top1High = interval.high;
        accuracy.top5 = static_cast<double>(five) / count;
        accuracy.loss = (allProbabilities || endsInSoftmax(m_request.graph) ? probabilityLoss : logitLoss) / count;
        accuracy.samplesPerSecond = seconds > 0 ? count / seconds : 0;
        if (auto notice = preprocessNotice(m_pairing))
            result.notices.push_back(std::move(*notice));
        if (auto notice = m_loader.notice())
            result.notices.push_back(std::move(*notice));
        return result;
    }

    const AccuracyRequest& m_request;
    Pairing m_pairing;
    bool m_fixedBatch;
    int m_batch;
    Loader m_loader;
    Session m_session;
    std::mutex m_loaderMutex; // taken before m_mutex
    std::size_t m_taken = 0;
    std::mutex m_mutex;
    std::map<std::size_t, std::vector<Answer>> m_answers; // by the batch's number, so that sums keep one order
    std::size_t m_answered = 0;
    std::exception_ptr m_failure;
};

} // namespace

RowScore scoreRow(std::span<const float> row, std::int64_t label)
{
    constexpr float last = -std::numeric_limits<float>::infinity();
    const auto at = [&](std::size_t i) { return std::isnan(row[i]) ? last : row[i]; };
    const auto target = static_cast<std::size_t>(label);
    RowScore score;
    float largest = last;
    double sum = 0;
    bool negative = false;
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (at(i) > largest) {
            largest = at(i);
            score.prediction = static_cast<int>(i);
        }
        score.rank += at(i) > at(target) || (at(i) == at(target) && i < target);
        sum += row[i];
        negative = negative || !(row[i] >= 0);
    }
    double exponentials = 0;
    for (std::size_t i = 0; i < row.size(); ++i)
        exponentials += std::exp(static_cast<double>(at(i)) - largest);
    score.logitLoss = std::log(exponentials) + largest - at(target);
    if (!std::isfinite(score.logitLoss))
        score.logitLoss = largestLoss;
    score.probabilityLoss = at(target) > 0 ? std::min(largestLoss, -std::log(static_cast<double>(at(target)))) : largestLoss;
    score.isProbability = !negative && std::abs(sum - 1) <= 0.01;
    return score;
}

bool endsInSoftmax(const Graph& graph)
{
    const GraphUses uses(graph);
    auto value = graph.outputs.at(0);
    while (uses.producer(value).valid()) {
        const auto& node = graph.node(uses.producer(value));
        if (node.opType == "Softmax")
            return true;
        static const std::vector<std::string> transparent = {"Identity",  "Reshape",   "Flatten",        "Squeeze",
                                                             "Unsqueeze", "Transpose", "QuantizeLinear", "DequantizeLinear",
                                                             "Cast"};
        if (std::ranges::find(transparent, node.opType) == transparent.end() || !node.input(0).valid())
            return false;
        value = node.input(0);
    }
    return false;
}

int batchOf(const Graph& graph)
{
    const auto& shape = graph.value(graph.inputs.at(0)).type.shape;
    if (shape && !shape->empty() && shape->front().isFixed())
        return static_cast<int>(std::clamp<std::int64_t>(shape->front().extent, 1, 1 << 16));
    return freeBatch;
}

AccuracyResult measureAccuracy(const AccuracyRequest& request, const JobContext& job)
{
    request.dataset.require(request.options.split);
    return Measurement(request).run(job);
}

} // namespace hone
