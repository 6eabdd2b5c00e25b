// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/compensation.h"

#include "data/loader.h"
#include "data/pairing.h"
#include "layerwise/activations.h"
#include "layerwise/moving_cut.h"
#include "prune/bias_shift.h"
#include "prune/compensation_steps.h"
#include "prune/normalization_statistics.h"
#include "tidy/free_batch.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

namespace hone
{
namespace
{

constexpr std::size_t rowsWanted = 32768; // a layer
constexpr std::size_t normalizationRowsWanted = 8192;
constexpr std::size_t rowsAtATime = 2048; // and held out
constexpr std::size_t numbersAtATime = rowsAtATime * 4608;
// Of a layer in groups, whose systems are small, so many rows an unknown are enough.
constexpr std::size_t rowsPerUnknown = 64;
constexpr std::size_t leastGroupedRows = 4096;
constexpr std::size_t heldOutEvery = 5; // samples
constexpr std::array ridges{1e-6, 1e-4, 1e-3, 1e-2, 1e-1};

Graph withFreeBatch(Graph graph)
{
    makeBatchFree(graph);
    return graph;
}

// Rows as they are gathered.
struct RowBuffer
{
    std::vector<double> inputs;
    std::vector<double> targets;
    std::size_t count = 0;

    Rows rows() const { return {inputs, targets, count}; }
    void clear() { *this = {}; }
};

// What the original computes at a step, at a few positions of each sample.
struct OriginalRows
{
    std::vector<float> targets;                      // [rows, channels]
    std::vector<std::vector<std::size_t>> positions; // by sample
    std::vector<Dimensions> shapes;                  // by batch
};

// The given channels of a value [N, channels, ...] at a position, appended.
void appendChannels(const Tensor& value, const std::vector<std::int64_t>& channels, std::size_t sample, std::size_t position,
                    std::vector<double>& row)
{
    const auto values = value.data<float>();
    const auto all = static_cast<std::size_t>(value.shape().at(1));
    const std::size_t plane = values.size() / std::max<std::size_t>(1, static_cast<std::size_t>(value.shape().at(0)) * all);
    for (const auto channel : channels)
        row.push_back(static_cast<double>(values[(sample * all + static_cast<std::size_t>(channel)) * plane + position]));
}

std::vector<std::int64_t> upTo(std::size_t count)
{
    std::vector<std::int64_t> all(count);
    for (std::size_t c = 0; c < count; ++c)
        all[c] = static_cast<std::int64_t>(c);
    return all;
}

// Takes rows as they come: those to solve with, in portions, and those held out.
class RowSink
{
public:
    // `width`: numbers that a row reads.
    RowSink(std::size_t rowsPerSample, std::size_t width)
        : m_rowsPerSample(rowsPerSample),
          m_mostRows(std::clamp<std::size_t>(numbersAtATime / std::max<std::size_t>(1, width), 1, rowsAtATime))
    {}
    virtual ~RowSink() = default;

    // Where a sample's rows go; none: they aren't needed.
    RowBuffer* bufferOf(std::size_t sample)
    {
        if (sample % heldOutEvery != 0)
            return &m_rows;
        return m_heldOut.count + m_rowsPerSample > m_mostRows && m_heldOut.count > 0 ? nullptr : &m_heldOut;
    }
    virtual void sampleDone() {}
    const RowBuffer& heldOut() const { return m_heldOut; }

protected:
    std::size_t mostRows() const { return m_mostRows; }
    RowBuffer m_rows;

private:
    RowBuffer m_heldOut;
    std::size_t m_rowsPerSample;
    std::size_t m_mostRows; // at a time
};

class EquationSink : public RowSink
{
public:
    EquationSink(std::size_t rowsPerSample, std::size_t width, GroupedEquations& equations)
        : RowSink(rowsPerSample, width),
          m_equations(equations)
    {}
    void sampleDone() override
    {
        if (m_rows.count >= mostRows())
            flush();
    }
    void flush()
    {
        m_equations.add(m_rows.rows());
        m_rows.clear();
    }

private:
    GroupedEquations& m_equations;
};

// All of them at once.
class RowList : public RowSink
{
public:
    using RowSink::RowSink;
    const RowBuffer& rows() const { return m_rows; }
};

class Compensation
{
public:
    Compensation(const CompensationRequest& request, const JobContext& job);
    CompensationResult run();

private:
    std::size_t rowsPerSample(const CompensationStep& step) const;
    std::size_t endOfBlock(std::size_t first) const;
    void readOriginal(std::size_t first, std::size_t last);
    void appendTargets(const CompensationStep& step, const Tensor& value, std::size_t place, std::size_t sample, OriginalRows& rows) const;
    void gather(std::size_t step, RowSink& sink);
    void solve(std::size_t step);
    void takeStatisticsAnew(std::size_t step);
    void takeBiasAnew(std::size_t step);
    void leave(const CompensationStep& step, std::string reason)
    {
        m_result.left.push_back({m_result.graph.node(step.layer).name, std::move(reason)});
    }

    const CompensationOptions& m_options;
    const JobContext& m_job;
    const Graph m_original;
    CompensationResult m_result;
    std::vector<CompensationStep> m_steps;
    std::vector<OriginalRows> m_rows; // by step; of those read and not solved yet
    std::optional<Loader> m_loader;
    std::optional<MovingCut> m_pruned;
};

LoaderOptions loaderOptions(const Graph& graph, const CompensationOptions& options)
{
    LoaderOptions loading = activationLoading(graph, options.threads);
    loading.limit = std::max<std::size_t>(heldOutEvery, options.samples);
    return loading;
}

Compensation::Compensation(const CompensationRequest& request, const JobContext& job)
    : m_options(request.options),
      m_job(job),
      m_original(withFreeBatch(request.original))
{
    request.dataset.require(Split::Train);
    m_result.graph = request.pruned;
    m_steps = compensationSteps(m_original, request.pruned, findDependencies(request.original, m_options.attention), request.kept);
    m_rows.resize(m_steps.size());
    const Pairing pairing = pairForInput(m_original, request.dataset);
    m_loader.emplace(request.dataset, Split::Train, pairing, loaderOptions(m_original, m_options));
    m_pruned.emplace(*m_loader, m_options.threads, m_options.mostCacheBytes);
}

std::size_t Compensation::rowsPerSample(const CompensationStep& step) const
{
    std::size_t wanted = normalizationRowsWanted;
    if (step.linear)
        wanted =
            step.linear->groups() == 1 ? rowsWanted : std::clamp(rowsPerUnknown * step.linear->unknowns(), leastGroupedRows, rowsWanted);
    return std::max<std::size_t>(1, wanted / std::max<std::size_t>(1, m_loader->samples()));
}

// Steps that the original is read for at once.
std::size_t Compensation::endOfBlock(std::size_t first) const
{
    std::int64_t bytes = 0;
    std::size_t last = first;
    for (; last < m_steps.size(); ++last) {
        const CompensationStep& step = m_steps[last];
        if (step.changes())
            bytes += static_cast<std::int64_t>(rowsPerSample(step) * m_loader->samples() * step.channels.size() * sizeof(float));
        if (bytes > m_options.mostCacheBytes && last > first)
            break;
    }
    return last;
}

void Compensation::appendTargets(const CompensationStep& step, const Tensor& value, std::size_t place, std::size_t sample,
                                 OriginalRows& rows) const
{
    Random random(m_options.seed, sample);
    const auto& shape = value.shape();
    const std::size_t each = step.linear
                                 ? step.linear->positions(shape)
                                 : static_cast<std::size_t>(elementCount(shape) / std::max<std::int64_t>(1, shape.at(0) * shape.at(1)));
    rows.positions.push_back(spreadPositions(each, rowsPerSample(step), random));
    std::vector<double> row;
    for (const std::size_t position : rows.positions.back()) {
        row.clear();
        if (step.linear)
            step.linear->appendOutputs(value, step.channels, place, position, row);
        else
            appendChannels(value, step.channels, place, position, row);
        std::ranges::transform(row, std::back_inserter(rows.targets), [](double number) { return static_cast<float>(number); });
    }
}

void Compensation::readOriginal(std::size_t first, std::size_t last)
{
    std::vector<std::size_t> steps;
    std::vector<ValueId> wanted;
    for (std::size_t i = first; i < last; ++i)
        if (m_steps[i].changes()) {
            steps.push_back(i);
            wanted.push_back(m_steps[i].wantedOfOriginal(m_original));
        }
    if (steps.empty())
        return;
    Activations original(m_original, wanted, m_options.threads);
    std::size_t sample = 0;
    m_loader->restart(0);
    while (const auto batch = m_loader->next(m_job)) {
        m_job.checkStop();
        const auto values = original.run(batch->inputs);
        for (std::size_t k = 0; k < steps.size(); ++k)
            m_rows[steps[k]].shapes.push_back(values[k].shape());
        for (std::size_t place = 0; place < batch->indices.size(); ++place, ++sample)
            for (std::size_t k = 0; k < steps.size(); ++k)
                appendTargets(m_steps[steps[k]], values[k], place, sample, m_rows[steps[k]]);
    }
    m_result.samples = sample;
}

// One row each position: what the step reads in the pruned model, and what ought to come of it.
void Compensation::gather(std::size_t number, RowSink& sink)
{
    const CompensationStep& step = m_steps[number];
    const OriginalRows& original = m_rows[number];
    const Graph graph = withFreeBatch(m_result.graph);
    std::set<NodeId> open;
    for (std::size_t i = number; i < m_steps.size(); ++i)
        if (m_steps[i].changes())
            open.insert(m_steps[i].changing());
    const auto channels = upTo(step.channels.size());
    std::size_t sample = 0;
    std::size_t target = 0;
    std::vector<double> other(channels.size(), 0);
    m_pruned->run(graph, step.wantedOfPruned(graph), open, m_job, [&](std::size_t batch, const std::vector<Tensor>& values) {
        const Dimensions& shape = original.shapes.at(batch);
        for (std::size_t place = 0; place < static_cast<std::size_t>(shape.at(0)); ++place, ++sample) {
            RowBuffer* rows = sink.bufferOf(sample);
            for (const std::size_t position : original.positions.at(sample)) {
                const float* wanted = &original.targets[target];
                target += channels.size();
                if (!rows)
                    continue;
                if (values.size() > 1) {
                    other.clear();
                    step.linear->appendOutputs(values[1], channels, place, position, other);
                }
                if (step.linear)
                    step.linear->appendInputs(values[0], shape, place, position, rows->inputs);
                else
                    appendChannels(values[0], channels, place, position, rows->inputs);
                for (std::size_t c = 0; c < channels.size(); ++c)
                    rows->targets.push_back(step.linear
                                                ? (static_cast<double>(wanted[c]) - other[c]) * step.target.factor[c] + step.target.shift[c]
                                                : static_cast<double>(wanted[c]));
                ++rows->count;
            }
            sink.sampleDone();
        }
    });
}

void Compensation::solve(std::size_t number)
{
    const CompensationStep& step = m_steps[number];
    const LinearLayer& layer = *step.linear;
    GroupedEquations equations(layer.shape());
    EquationSink sink(rowsPerSample(step), layer.groups() * layer.unknowns(), equations);
    gather(number, sink);
    sink.flush();
    const RowBuffer& heldOut = sink.heldOut();
    if (heldOut.count == 0 || equations.rows() == 0)
        return leave(step, "there are too few samples");

    const GroupedMap before = layer.map(m_result.graph);
    const auto errorOf = [&](const GroupedMap& map) { return squaredError(map, heldOut.rows(), layer.shape()).relative(); };
    CompensatedLayer solved{m_result.graph.node(step.layer).name, errorOf(before), 0};
    solved.relativeErrorAfter = solved.relativeErrorBefore;
    std::optional<GroupedMap> best;
    for (const double ridge : ridges) {
        m_job.checkStop();
        GroupedMap map = equations.solve(ridge, before, layer.intercept());
        if (const double error = errorOf(map); error < solved.relativeErrorAfter) {
            solved.relativeErrorAfter = error;
            best = std::move(map);
        }
    }
    if (!best)
        return leave(step, "no weights come closer to the original");
    layer.setMap(m_result.graph, *best);
    m_result.solved.push_back(std::move(solved));
}

void Compensation::takeStatisticsAnew(std::size_t number)
{
    const CompensationStep& step = m_steps[number];
    RowList list(rowsPerSample(step), step.channels.size());
    gather(number, list);
    if (list.heldOut().count == 0 || list.rows().count == 0)
        return leave(step, step.reason);
    const NormalizationLayer normalization(m_result.graph, step.normalization);
    const NormalizationStatistics anew = normalization.anew(list.rows().rows());
    const Rows heldOut = list.heldOut().rows();
    const CompensatedLayer restated{m_result.graph.node(step.normalization).name,
                                    normalization.error(heldOut, normalization.now()).relative(),
                                    normalization.error(heldOut, anew).relative()};
    if (!(restated.relativeErrorAfter < restated.relativeErrorBefore))
        return leave(step, step.reason);
    normalization.set(m_result.graph, anew);
    m_result.solved.push_back(restated);
}

void Compensation::takeBiasAnew(std::size_t number)
{
    const CompensationStep& step = m_steps[number];
    RowList list(rowsPerSample(step), step.channels.size());
    gather(number, list);
    if (list.heldOut().count == 0 || list.rows().count == 0)
        return leave(step, step.reason);
    const auto shift = biasShift(list.rows().rows(), step.channels.size());
    const Rows heldOut = list.heldOut().rows();
    const std::vector<double> none(step.channels.size(), 0);
    const CompensatedLayer shifted{m_result.graph.node(step.layer).name, errorWithShift(heldOut, none).relative(),
                                   errorWithShift(heldOut, shift).relative()};
    if (!(shifted.relativeErrorAfter < shifted.relativeErrorBefore))
        return leave(step, step.reason);
    shiftIntercept(m_result.graph, step.layer, step.bias, shift);
    m_result.solved.push_back(shifted);
}

CompensationResult Compensation::run()
{
    std::size_t read = 0;
    for (std::size_t i = 0; i < m_steps.size(); ++i) {
        m_job.checkStop();
        m_job.report({Activity::Pruning,
                      static_cast<double>(i) / static_cast<double>(m_steps.size()),
                      m_result.graph.node(m_steps[i].layer).name,
                      0,
                      0,
                      {}});
        if (i == read) {
            read = endOfBlock(i);
            readOriginal(i, read);
        }
        if (m_steps[i].linear)
            solve(i);
        else if (m_steps[i].normalization.valid())
            takeStatisticsAnew(i);
        else if (m_steps[i].changes())
            takeBiasAnew(i);
        else
            leave(m_steps[i], m_steps[i].reason);
        m_rows[i] = {};
    }
    if (auto notice = m_loader->notice())
        m_result.notices.push_back(std::move(*notice));
    return std::move(m_result);
}

} // namespace

CompensationResult compensate(const CompensationRequest& request, const JobContext& job)
{
    return Compensation(request, job).run();
}

} // namespace hone
