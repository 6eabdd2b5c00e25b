// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/data_importance.h"

#include "core/error.h"
#include "data/pairing.h"
#include "evaluate/batch_run.h"
#include "layerwise/activations.h"
#include "preprocess/raw_input.h"
#include "prune/gate_gradients.h"
#include "prune/output_loss.h"
#include "prune/read_operand.h"
#include "prune/reconstruction.h"
#include "tidy/free_batch.h"
#include "train/preparation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace hone
{
namespace
{

// Taylor's mini-batches.
constexpr std::size_t miniBatch = 16;

// What comes in of gates' gradients, by group.
class GradientSums
{
public:
    explicit GradientSums(const DependencyGraph& dependencies)
    {
        for (const PruningGroup& group : dependencies.groups) {
            const auto channels = static_cast<std::size_t>(group.channels);
            m_open.emplace_back(channels, 0);
            m_absolute.emplace_back(channels, 0);
            m_squared.emplace_back(channels, 0);
        }
    }
    void add(const std::vector<GateRows>& groups, std::size_t samples)
    {
        for (std::size_t g = 0; g < groups.size(); ++g)
            for (std::size_t i = 0; i < groups[g].gradients.size(); ++i) {
                const double gradient = groups[g].gradients[i];
                m_open[g][i % m_open[g].size()] += gradient;
                m_squared[g][i % m_open[g].size()] += gradient * gradient;
            }
        m_samples += samples;
        m_openSamples += samples;
        if (m_openSamples >= miniBatch)
            close();
    }
    ChannelScores scores(ImportanceKind kind)
    {
        close();
        ChannelScores scores = kind == ImportanceKind::Taylor ? m_absolute : m_squared;
        const double each = kind == ImportanceKind::Taylor ? 1 : 0.5;
        for (auto& group : scores)
            for (double& score : group)
                score *= each / static_cast<double>(std::max<std::size_t>(1, m_samples));
        return scores;
    }

private:
    void close()
    {
        for (std::size_t g = 0; g < m_open.size(); ++g)
            for (std::size_t c = 0; c < m_open[g].size(); ++c)
                m_absolute[g][c] += std::abs(std::exchange(m_open[g][c], 0));
        m_openSamples = 0;
    }

    ChannelScores m_open; // of the mini-batch that isn't full yet
    ChannelScores m_absolute;
    ChannelScores m_squared;
    std::size_t m_samples = 0;
    std::size_t m_openSamples = 0;
};

void report(const JobContext& job, std::size_t done, std::size_t all)
{
    job.checkStop();
    job.report(
        {Activity::Pruning, std::min(1.0, static_cast<double>(done) / static_cast<double>(std::max<std::size_t>(1, all))), {}, 0, 0, {}});
}

// One model with its data, in the form in which samples are put through it.
struct Subject
{
    Graph graph; // its batch free where that is possible
    const Dataset& dataset;
    const DependencyGraph& dependencies;
    const DataImportanceOptions& options;
};

Loader loaderOf(const Subject& subject, const Pairing& pairing, std::size_t batch)
{
    LoaderOptions loading;
    loading.batch = static_cast<int>(batch);
    loading.limit = std::max<std::size_t>(1, subject.options.samples);
    loading.threads = subject.options.threads;
    return {subject.dataset, Split::Train, pairing, loading};
}

ChannelScores gradientImportance(Subject subject, ImportanceKind kind, const JobContext& job)
{
    requireOperators(subject.graph);
    const OutputLoss loss(subject.graph, subject.dataset);
    GateGradients gates(subject.graph, subject.dependencies, loss.answers());
    Activations answers(subject.graph, {loss.answers()}, subject.options.threads);
    Loader loader = loaderOf(subject, loss.pairing(), gates.batch());
    const DType takes = subject.graph.value(subject.graph.inputs.at(0)).type.dtype;
    GradientSums sums(subject.dependencies);
    std::size_t done = 0;
    while (auto batch = loader.next(job)) {
        const Tensor inputs = padded(batch->inputs, static_cast<std::int64_t>(gates.batch()));
        const Tensor given = answers.run(inputs).at(0);
        sums.add(gates.run(asTaken(inputs, takes), loss.at(given, *batch).gradient), batch->indices.size());
        report(job, done += batch->indices.size(), loader.samples());
    }
    return sums.scores(kind);
}

// Sums over a channel's activations where one layer reads them.
struct ReaderStatistics
{
    std::size_t group = 0;
    const Reading* reading = nullptr;
    ReadOperand operand;
    std::vector<double> zeros;
    std::vector<double> magnitudes;
    std::vector<double> counts;

    void add(const Tensor& value, std::size_t samples)
    {
        const auto& shape = value.shape();
        const std::size_t axis = operand.axis < 0 ? shape.size() - 1 : static_cast<std::size_t>(operand.axis);
        const auto values = value.data<float>();
        const auto extent = static_cast<std::size_t>(shape.at(axis));
        std::size_t inner = 1;
        for (std::size_t i = axis + 1; i < shape.size(); ++i)
            inner *= static_cast<std::size_t>(shape[i]);
        const std::size_t outer = values.size() / (extent * inner);
        // Rows beyond the batch's samples are padding.
        const bool byRow = axis > 0 && shape[0] > static_cast<std::int64_t>(samples);
        const std::size_t rows = byRow ? outer / static_cast<std::size_t>(shape[0]) * samples : outer;
        for (std::size_t c = 0; c < reading->positions.size(); ++c)
            for (const std::int64_t position : operandPositions(operand, reading->positions[c])) {
                for (std::size_t row = 0; row < rows; ++row) {
                    const auto part = values.subspan((row * extent + static_cast<std::size_t>(position)) * inner, inner);
                    zeros[c] += static_cast<double>(std::ranges::count(part, 0.0F));
                    for (const float activation : part)
                        magnitudes[c] += std::abs(static_cast<double>(activation));
                }
                counts[c] += static_cast<double>(rows * inner);
            }
    }
    std::vector<double> scores(ImportanceKind kind) const
    {
        std::vector<double> result;
        for (std::size_t c = 0; c < counts.size(); ++c) {
            const double count = std::max(1.0, counts[c]);
            result.push_back(kind == ImportanceKind::Apoz ? 1 - zeros[c] / count : magnitudes[c] / count);
        }
        const double mean = std::reduce(result.begin(), result.end()) / static_cast<double>(std::max<std::size_t>(1, result.size()));
        for (double& score : result)
            if (kind == ImportanceKind::MeanActivation)
                score = mean > 0 ? score / mean : 1;
        return result;
    }
};

std::vector<ReaderStatistics> readersOf(const Subject& subject)
{
    std::vector<ReaderStatistics> readers;
    const auto& groups = subject.dependencies.groups;
    for (std::size_t g = 0; g < groups.size(); ++g)
        for (const Reading* reading : allReadings(groups[g]))
            if (const auto operand = readOperand(subject.graph, *reading)) {
                const std::vector<double> none(static_cast<std::size_t>(groups[g].channels), 0);
                readers.push_back({g, reading, *operand, none, none, none});
            }
    return readers;
}

ScoredGroups activationImportance(const Subject& subject, ImportanceKind kind, const JobContext& job)
{
    auto readers = readersOf(subject);
    std::vector<ValueId> values;
    for (const auto& reader : readers)
        values.push_back(reader.operand.value);
    const bool fixed = isBatchFixed(subject.graph);
    const int batch = batchOf(subject.graph);
    Loader loader = loaderOf(subject, pairForInput(subject.graph, subject.dataset), static_cast<std::size_t>(batch));
    Activations activations(subject.graph, values, subject.options.threads);
    std::size_t done = 0;
    while (const auto taken = loader.next(job)) {
        const auto tensors = activations.run(fixed ? padded(taken->inputs, batch) : taken->inputs);
        for (std::size_t r = 0; r < readers.size(); ++r)
            readers[r].add(tensors[r], taken->indices.size());
        report(job, done += taken->indices.size(), loader.samples());
    }
    ScoredGroups scored;
    for (std::size_t g = 0; g < subject.dependencies.groups.size(); ++g) {
        std::vector<double> sum(static_cast<std::size_t>(subject.dependencies.groups[g].channels), 0);
        double count = 0;
        for (const auto& reader : readers)
            if (reader.group == g) {
                const auto ofReader = reader.scores(kind);
                std::ranges::transform(sum, ofReader, sum.begin(), std::plus<>());
                ++count;
            }
        for (double& score : sum)
            score /= std::max(1.0, count);
        scored.scores.push_back(count > 0 ? std::move(sum) : importance(subject.graph, subject.dependencies.groups[g], ImportanceKind::L1));
        scored.kinds.push_back(count > 0 ? kind : ImportanceKind::L1);
    }
    return scored;
}

} // namespace

ScoredGroups dataImportance(const Graph& graph, const Dataset& dataset, ImportanceKind kind, const DataImportanceOptions& options,
                            const JobContext& job)
{
    if (!needsSamples(kind))
        throw Error(MessageCode::InternalFault, {{"detail", "samples for an importance that reads none"}});
    if (kind == ImportanceKind::Reconstruction)
        return reconstructionImportance(
            graph, dataset, {.samples = options.samples, .seed = options.seed, .threads = options.threads, .attention = options.attention},
            job);
    dataset.require(Split::Train);
    const DependencyGraph dependencies = findDependencies(graph, options.attention);
    Subject subject{graph, dataset, dependencies, options};
    makeBatchFree(subject.graph);
    if (kind == ImportanceKind::Taylor || kind == ImportanceKind::Fisher)
        return {gradientImportance(std::move(subject), kind, job), std::vector(dependencies.groups.size(), kind)};
    return activationImportance(subject, kind, job);
}

} // namespace hone
