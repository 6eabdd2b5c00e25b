// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/reconstruction.h"

#include "data/loader.h"
#include "data/pairing.h"
#include "layerwise/activations.h"
#include "layerwise/linear_layer.h"
#include "prune/read_operand.h"
#include "tidy/free_batch.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace hone
{
namespace
{

constexpr std::size_t batchSamples = 8; // all readers' inputs are in memory at once
constexpr std::size_t positionsASample = 32;

using Matrix = std::vector<double>; // [n, n]

Matrix product(const Matrix& a, const Matrix& b, std::size_t n)
{
    Matrix result(n * n, 0);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t k = 0; k < n; ++k)
            for (std::size_t j = 0; j < n; ++j)
                result[i * n + j] += a[i * n + k] * b[k * n + j];
    return result;
}

// A reader while channels are chosen: what the chosen ones don't explain.
struct Unexplained
{
    Unexplained(ChannelReader reader, std::size_t channels)
        : n(channels),
          rest(std::move(reader.covariance)),
          weight(std::move(reader.weight)),
          weighted(product(weight, rest, n)),
          gains(n)
    {
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j)
                gains[i] += rest[i * n + j] * weighted[j * n + i];
        for (std::size_t i = 0; i < n; ++i) {
            total += weighted[i * n + i];
            floor += rest[i * n + i] * 1e-4 / static_cast<double>(n);
        }
    }
    double gain(std::size_t c) const
    {
        const double variance = rest[c * n + c];
        return total > 0 && variance > floor ? gains[c] / (variance * total) : 0;
    }
    // What `chosen` explains is taken out of everything: rest - u u' with u = rest[chosen] / sqrt(rest[chosen, chosen]).
    void explain(std::size_t chosen)
    {
        const double variance = rest[chosen * n + chosen];
        if (!(variance > floor))
            return;
        std::vector<double> u(n);
        for (std::size_t i = 0; i < n; ++i)
            u[i] = rest[i * n + chosen] / std::sqrt(variance);
        std::vector<double> restWeighted(n, 0); // rest M u
        std::vector<double> weightedU(n, 0);    // M u
        double inner = 0;
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < n; ++j) {
                restWeighted[i] += weighted[j * n + i] * u[j];
                weightedU[i] += weight[i * n + j] * u[j];
            }
            inner += u[i] * weightedU[i];
        }
        for (std::size_t i = 0; i < n; ++i) {
            gains[i] += -2 * u[i] * restWeighted[i] + inner * u[i] * u[i];
            for (std::size_t j = 0; j < n; ++j) {
                rest[i * n + j] -= u[i] * u[j];
                weighted[i * n + j] -= weightedU[i] * u[j];
            }
        }
    }

    std::size_t n;
    Matrix rest;
    Matrix weight;
    Matrix weighted;           // weight times rest
    std::vector<double> gains; // diagonal of rest weight rest
    double total = 0;
    double floor = 0;
};

// Sums over rows of channels.
struct ChannelSums
{
    std::vector<double> sum;
    Matrix products;
    double rows = 0;

    void add(const std::vector<double>& row)
    {
        const std::size_t n = row.size();
        sum.resize(n);
        products.resize(n * n);
        for (std::size_t i = 0; i < n; ++i) {
            sum[i] += row[i];
            for (std::size_t j = 0; j < n; ++j)
                products[i * n + j] += row[i] * row[j];
        }
        ++rows;
    }
    Matrix covariance() const
    {
        Matrix result = products;
        const std::size_t n = sum.size();
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j)
                result[i * n + j] = (products[i * n + j] - sum[i] * sum[j] / rows) / rows;
        return result;
    }
};

struct Reader
{
    std::size_t group = 0;
    const Reading* reading = nullptr;
    int axis = 0; // of the value read; -1: the last
    ChannelSums sums;
};

// The channels at one place of all other axes, for each of the positions that a channel has.
void addRows(Reader& reader, const Tensor& value, std::size_t place, Random random)
{
    const Reading& reading = *reader.reading;
    const auto& shape = value.shape();
    const std::size_t axis = reader.axis < 0 ? shape.size() - 1 : static_cast<std::size_t>(reader.axis);
    const auto values = value.data<float>();
    std::size_t inner = 1;
    for (std::size_t i = axis + 1; i < shape.size(); ++i)
        inner *= static_cast<std::size_t>(shape[i]);
    const auto extent = static_cast<std::size_t>(shape[axis]);
    const std::size_t samples = static_cast<std::size_t>(shape[0]);
    const std::size_t outer = values.size() / (inner * extent * samples); // between the batch and the channels
    std::vector<double> row(reading.positions.size());
    for (const std::size_t at : spreadPositions(outer * inner, positionsASample, random)) {
        const std::size_t from = (place * outer + at / inner) * extent * inner + at % inner;
        for (std::size_t p = 0; p < reading.positions.front().size(); ++p) {
            for (std::size_t c = 0; c < row.size(); ++c)
                row[c] = static_cast<double>(values[from + static_cast<std::size_t>(reading.positions[c][p]) * inner]);
            reader.sums.add(row);
        }
    }
}

// Sum over outputs and window of w w'; the unit matrix where the reader's weights can't be told.
Matrix weightOf(const Graph& graph, const GraphUses& uses, const Reading& reading)
{
    const std::size_t n = reading.positions.size();
    Matrix result(n * n, 0);
    std::string reason;
    const bool known = LinearLayer::isOne(graph.node(reading.node)) && reading.input <= 1;
    const auto layer = known ? LinearLayer::find(graph, uses, reading.node, reason) : std::nullopt;
    if (!layer || layer->unknowns() % static_cast<std::size_t>(std::max<std::int64_t>(1, reading.extent)) != 0) {
        for (std::size_t i = 0; i < n; ++i)
            result[i * n + i] = 1;
        return result;
    }
    const LinearMap map = layer->map(graph).front();
    const std::size_t each = layer->unknowns() / static_cast<std::size_t>(reading.extent) * layer->outputs();
    for (std::size_t p = 0; p < reading.positions.front().size(); ++p)
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j) {
                const double* a = &map.weights[static_cast<std::size_t>(reading.positions[i][p]) * each];
                const double* b = &map.weights[static_cast<std::size_t>(reading.positions[j][p]) * each];
                result[i * n + j] += std::inner_product(a, a + each, b, 0.0);
            }
    return result;
}

// The value that a reading is of, and its axis. None where its channels can't be looked at one by one.
std::optional<std::pair<ValueId, int>> valueRead(const Graph& graph, const Reading& reading)
{
    const bool even =
        std::ranges::all_of(reading.positions, [&](const auto& positions) { return positions.size() == reading.positions.front().size(); });
    if (!even || reading.positions.empty() || reading.positions.front().empty())
        return std::nullopt;
    const auto operand = readOperand(graph, reading);
    if (!operand || operand->axis == 0)
        return std::nullopt;
    return std::pair(operand->value, operand->axis);
}

// Those whose weights can be solved anew; what only goes into a mean or an extreme over all channels counts where there are none.
const std::vector<Reading>& solvableReadings(const PruningGroup& group)
{
    return group.readings.empty() ? group.reductions : group.readings;
}

} // namespace

std::vector<double> forwardSelection(std::vector<ChannelReader> readers, std::size_t channels)
{
    std::vector<Unexplained> rests;
    for (auto& reader : readers)
        rests.emplace_back(std::move(reader), channels);
    std::vector<double> scores(channels, 0);
    std::vector<bool> chosen(channels, false);
    double last = std::numeric_limits<double>::infinity();
    for (std::size_t turn = 0; turn < channels; ++turn) {
        std::size_t best = channels;
        double most = 0;
        for (std::size_t c = 0; c < channels; ++c) {
            double gain = 0;
            for (const auto& rest : rests)
                gain += rest.gain(c) / static_cast<double>(rests.size());
            if (!chosen[c] && gain > most) {
                most = gain;
                best = c;
            }
        }
        if (best == channels)
            break;
        chosen[best] = true;
        last = std::min(most, last * (1 - 1e-12));
        scores[best] = last;
        for (auto& rest : rests)
            rest.explain(best);
    }
    return scores;
}

ScoredGroups reconstructionImportance(const Graph& original, const Dataset& dataset, const ReconstructionOptions& options,
                                      const JobContext& job)
{
    dataset.require(Split::Train);
    const DependencyGraph dependencies = findDependencies(original, options.attention);
    Graph graph = original;
    makeBatchFree(graph);
    const GraphUses uses(graph);
    std::vector<Reader> readers;
    std::vector<ValueId> values;
    for (std::size_t g = 0; g < dependencies.groups.size(); ++g)
        for (const Reading& reading : solvableReadings(dependencies.groups[g]))
            if (const auto value = valueRead(graph, reading)) {
                readers.push_back({g, &reading, value->second, {}});
                values.push_back(value->first);
            }

    LoaderOptions loading = activationLoading(graph, options.threads);
    loading.batch = std::min<int>(loading.batch, loading.dropLast ? loading.batch : static_cast<int>(batchSamples));
    loading.limit = std::max<std::size_t>(1, options.samples);
    Loader loader(dataset, Split::Train, pairForInput(graph, dataset), loading);
    Activations activations(graph, values, options.threads);
    std::size_t sample = 0;
    while (const auto batch = loader.next(job)) {
        job.checkStop();
        const auto tensors = activations.run(batch->inputs);
        for (std::size_t place = 0; place < batch->indices.size(); ++place, ++sample)
            for (std::size_t r = 0; r < readers.size(); ++r)
                addRows(readers[r], tensors[r], place, Random(options.seed, sample));
        job.report({Activity::Pruning,
                    static_cast<double>(sample) / static_cast<double>(std::max<std::size_t>(1, loader.samples())),
                    {},
                    0,
                    0,
                    {}});
    }

    ScoredGroups scored;
    for (std::size_t g = 0; g < dependencies.groups.size(); ++g) {
        job.checkStop();
        std::vector<ChannelReader> ofGroup;
        for (const Reader& reader : readers)
            if (reader.group == g && reader.sums.rows > 0)
                ofGroup.push_back({reader.sums.covariance(), weightOf(graph, uses, *reader.reading)});
        const PruningGroup& group = dependencies.groups[g];
        scored.kinds.push_back(ofGroup.empty() ? ImportanceKind::L1 : ImportanceKind::Reconstruction);
        scored.scores.push_back(ofGroup.empty() ? importance(graph, group, ImportanceKind::L1)
                                                : forwardSelection(std::move(ofGroup), static_cast<std::size_t>(group.channels)));
    }
    return scored;
}

} // namespace hone
