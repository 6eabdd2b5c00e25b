// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/sensitivity.h"

#include "core/error.h"
#include "data/pairing.h"
#include "evaluate/accuracy.h"
#include "evaluate/agreement.h"
#include "evaluate/batch_run.h"
#include "evaluate/ordered_pipeline.h"
#include "evaluate/scorer.h"
#include "graph/cost.h"
#include "layerwise/graph_cut.h"
#include "onnx_io/onnx_io.h"
#include "preprocess/raw_input.h"
#include "prune/compensation.h"
#include "prune/data_importance.h"
#include "runtime/session.h"
#include "tidy/free_batch.h"

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>

namespace hone
{
namespace
{

// Batches stay in memory between groups where all of them take no more.
constexpr std::size_t keptBytes = std::size_t{512} << 20;

// A split's batches, over and over.
class Batches
{
public:
    Batches(Loader loader, const JobContext& job) : m_loader(std::move(loader))
    {
        std::size_t bytes = 0;
        while (auto batch = m_loader.next(job)) {
            bytes += batch->inputs.byteCount();
            if (bytes > keptBytes) {
                m_kept.clear();
                m_streams = true;
                return;
            }
            m_kept.push_back(std::make_shared<const Batch>(std::move(*batch)));
        }
    }

    void restart()
    {
        m_next = 0;
        if (m_streams)
            m_loader.restart(0);
    }
    std::optional<std::shared_ptr<const Batch>> next(const JobContext& job)
    {
        if (!m_streams)
            return m_next < m_kept.size() ? std::optional(m_kept[m_next++]) : std::nullopt;
        auto batch = m_loader.next(job);
        return batch ? std::optional(std::make_shared<const Batch>(std::move(*batch))) : std::nullopt;
    }
    std::size_t count() const { return std::max<std::size_t>(1, m_streams ? m_loader.batches() : m_kept.size()); }

private:
    Loader m_loader;
    std::vector<std::shared_ptr<const Batch>> m_kept;
    std::size_t m_next = 0;
    bool m_streams = false;
};

// What answers are worth: by labels, or against the whole model's.
class Judge
{
public:
    Judge(const Pairing& pairing, bool probabilities, const std::vector<std::string>& outputs)
    {
        if (pairing.task != Task::Agreement)
            m_scorer = makeScorer({pairing.task, pairing.outputs, probabilities});
        for (const auto& name : outputs)
            m_comparisons.emplace_back(name);
    }

    void add(const std::vector<Tensor>& answers, const std::vector<Tensor>& whole, const Batch& batch, std::size_t fed)
    {
        if (m_scorer)
            return m_scorer->add(answers.at(0), batch);
        for (std::size_t i = 0; i < m_comparisons.size(); ++i)
            m_comparisons[i].add(answers.at(i), whole.at(i), {batch.indices.size(), fed});
    }
    // None before the first sample, and where no output can be compared.
    std::optional<TaskMetric> metric() const
    {
        if (m_scorer)
            return m_scorer->metric();
        std::optional<TaskMetric> least;
        for (const auto& comparison : m_comparisons)
            if (comparison.comparable()) {
                const auto agreement = comparison.result();
                if (!least || agreement.cosine < least->value)
                    least = TaskMetric{MetricKind::Cosine, agreement.cosine, agreement.cosineLow, agreement.cosineHigh};
            }
        return least;
    }
    std::size_t samples() const { return m_scorer ? m_scorer->samples() : 0; }

private:
    std::unique_ptr<Scorer> m_scorer;
    std::vector<OutputComparison> m_comparisons;
};

Session sessionOf(const Graph& graph)
{
    return Session::fromBytes(serializeOnnx(graph), {.threads = 1}, graph.name);
}

// Copies of a model, each as what comes behind the first change, with what comes before it once for all.
struct CutModels
{
    std::optional<Session> before;
    std::vector<std::ptrdiff_t> frontier; // by input of `behind`: an output of `before`, or -1: the model's input
    std::vector<Session> behind;

    std::vector<std::vector<Tensor>> run(const Tensor& input)
    {
        const auto shared = before ? before->run({asTaken(input, before->inputs().at(0).dtype)}) : std::vector<Tensor>();
        std::vector<std::vector<Tensor>> answers;
        for (Session& session : behind) {
            std::vector<Tensor> inputs;
            for (std::size_t i = 0; i < frontier.size(); ++i)
                inputs.push_back(frontier[i] < 0 ? asTaken(input, session.inputs().at(i).dtype)
                                                 : shared.at(static_cast<std::size_t>(frontier[i])));
            answers.push_back(session.run(inputs));
        }
        return answers;
    }
};

CutModels cutModels(const Graph& original, const std::vector<const Graph*>& copies, const GraphCut& cut)
{
    CutModels models;
    const Graph before = cut.before();
    if (!before.outputs.empty())
        models.before.emplace(sessionOf(before));
    std::ptrdiff_t computed = 0;
    for (const ValueId value : cut.frontier())
        models.frontier.push_back(std::ranges::count(original.inputs, value) > 0 ? -1 : computed++);
    for (const Graph* copy : copies)
        models.behind.push_back(sessionOf(cut.behind(*copy)));
    return models;
}

std::vector<double> soundRatios(std::vector<double> ratios)
{
    for (const double ratio : ratios)
        if (!(ratio > 0 && ratio < 1))
            throw Error(MessageCode::RatioOutOfRange, {{"ratio", std::to_string(ratio)}});
    std::ranges::sort(ratios);
    ratios.erase(std::unique(ratios.begin(), ratios.end()), ratios.end());
    return ratios;
}

class Measurement
{
public:
    Measurement(const SensitivitySubject& subject, Graph graph, const SensitivityOptions& options, const JobContext& job)
        : m_subject(subject),
          m_options(options),
          m_graph(std::move(graph)),
          m_dependencies(findDependencies(m_graph, options.attention)),
          m_pairing(subject.dataset.task() == Task::Agreement ? pairForInput(m_graph, subject.dataset)
                                                              : pairCompletely(m_graph, subject.dataset)),
          m_batch(batchOf(m_graph)),
          m_batches(loader(), job)
    {}

    Sensitivity run(const JobContext& job)
    {
        if (m_dependencies.groups.empty())
            throw Error(MessageCode::NothingToPrune, {{"detail", "no layer makes channels that could leave"}});
        constexpr double importanceShare = 0.05;
        Sensitivity result{.model = m_subject.sha256,
                           .data = m_subject.dataset.fingerprint(),
                           .split = m_options.split,
                           .seed = m_options.seed,
                           .importance = m_options.importance,
                           .attention = m_options.attention,
                           .compensated = m_options.compensate,
                           .macs = cost(m_graph).macs};
        const Selection selection = selectionOf(job.part(0, importanceShare));
        const TaskMetric whole = wholeMetric(result, job);
        const auto groups = static_cast<double>(m_dependencies.groups.size());
        for (std::size_t g = 0; g < m_dependencies.groups.size(); ++g) {
            const auto at = [&](double group) { return importanceShare + (1 - importanceShare) * group / groups; };
            result.groups.push_back(
                measureGroup(g, selection, whole, job.part(at(static_cast<double>(g)), at(static_cast<double>(g + 1)))));
        }
        return result;
    }

private:
    Loader loader() const
    {
        m_subject.dataset.require(m_options.split);
        LoaderOptions loading;
        loading.batch = m_batch;
        loading.limit = m_options.samples;
        loading.threads = threadCount(m_options.threads);
        return {m_subject.dataset, m_options.split, m_pairing, loading};
    }

    Selection selectionOf(const JobContext& job) const
    {
        PruneEvidence evidence;
        if (needsSamples(m_options.importance)) {
            auto scored = dataImportance(m_graph, m_subject.dataset, m_options.importance,
                                         {.seed = m_options.seed, .threads = m_options.threads, .attention = m_options.attention}, job);
            evidence.scores = std::move(scored.scores);
            evidence.kinds = std::move(scored.kinds);
        }
        return {m_graph, m_dependencies, {.importance = m_options.importance, .seed = m_options.seed}, evidence};
    }

    // Without labels it agrees with itself.
    TaskMetric wholeMetric(Sensitivity& result, const JobContext& job)
    {
        CutModels models;
        models.frontier = {-1};
        models.behind.push_back(sessionOf(m_graph));
        std::vector<std::string> outputs;
        for (const ValueId output : m_graph.outputs)
            outputs.push_back(m_graph.value(output).name);
        std::vector<Judge> judges;
        judges.emplace_back(m_pairing, endsInSoftmax(m_graph), outputs);
        result.samples = judge(models, judges, {}, job.part(0, 0));
        const auto metric = judges.front().metric();
        if (!metric)
            throw Error(MessageCode::DataEmpty,
                        {{"path", m_subject.dataset.folder().string()}, {"split", std::string(name(m_options.split))}});
        result.metric = metric->kind;
        result.value = metric->value;
        return *metric;
    }

    SensitivityGroup measureGroup(std::size_t group, const Selection& selection, const TaskMetric& whole, const JobContext& job)
    {
        const PruningGroup& pruned = m_dependencies.groups[group];
        SensitivityGroup result{pruned.name, {}, pruned.channels * pruned.granularity, {}};
        for (const NodeId layer : pruned.layers)
            result.layers.push_back(m_graph.node(layer).name);
        struct Copy
        {
            Graph graph;
            std::int64_t macs = 0;
        };
        std::map<std::int64_t, Copy> copies; // by the channels that stay
        for (const double ratio : soundRatios(m_options.ratios)) {
            const KeptChannels kept = onlyIn(group, selection.at(ratio));
            const auto staying = static_cast<std::int64_t>(kept[group].size());
            result.points.push_back({ratio, staying * pruned.granularity, 0, 0});
            if (staying == pruned.channels || copies.contains(staying))
                continue;
            Graph copy = removeChannels(m_graph, m_dependencies, kept);
            const std::int64_t macs = cost(copy).macs;
            if (m_options.compensate)
                copy = compensate({m_graph,
                                   copy,
                                   kept,
                                   m_subject.dataset,
                                   {.seed = m_options.seed, .threads = m_options.threads, .attention = m_options.attention}},
                                  job.part(0, 0))
                           .graph;
            copies.emplace(staying, Copy{std::move(copy), macs});
        }
        std::vector<const Graph*> graphs;
        for (const auto& [staying, copy] : copies)
            graphs.push_back(&copy.graph);
        const std::vector<double> values = valuesOf(graphs, pruned.name, whole, job);
        for (SensitivityPoint& point : result.points) {
            const auto found = copies.find(point.channels / pruned.granularity);
            point.macs = found == copies.end() ? cost(m_graph).macs : found->second.macs;
            point.value = found == copies.end() ? whole.value : values[static_cast<std::size_t>(std::distance(copies.begin(), found))];
        }
        return result;
    }

    KeptChannels onlyIn(std::size_t group, KeptChannels kept) const
    {
        for (std::size_t g = 0; g < kept.size(); ++g)
            if (g != group) {
                kept[g].resize(static_cast<std::size_t>(m_dependencies.groups[g].channels));
                std::iota(kept[g].begin(), kept[g].end(), 0);
            }
        return kept;
    }

    std::vector<double> valuesOf(std::vector<const Graph*> copies, const std::string& group, const TaskMetric& whole, const JobContext& job)
    {
        const std::size_t count = copies.size();
        const GraphCut cut(m_graph, copies);
        const bool agreement = m_pairing.task == Task::Agreement;
        const bool reached = agreement ? !cut.outputs().empty() : !cut.outputs().empty() && cut.outputs().front() == 0;
        if (!reached)
            return std::vector<double>(count, whole.value);
        std::vector<std::string> outputs;
        for (const std::size_t place : cut.outputs())
            outputs.push_back(m_graph.value(m_graph.outputs[place]).name);
        std::vector<Judge> judges;
        for (std::size_t i = 0; i < count; ++i)
            judges.emplace_back(m_pairing, endsInSoftmax(m_graph), outputs);
        if (agreement)
            copies.push_back(&m_graph); // what the others are held against
        CutModels models = cutModels(m_graph, copies, cut);
        judge(models, judges, group, job);
        std::vector<double> values;
        for (const Judge& each : judges) {
            const auto metric = each.metric();
            values.push_back(metric && metric->kind == whole.kind ? metric->value : whole.value);
        }
        return values;
    }

    // All models on all batches, a batch a thread. The last model's answers are what the others' are held
    // against. Returns the samples.
    std::size_t judge(CutModels& models, std::vector<Judge>& judges, const std::string& detail, const JobContext& job)
    {
        const bool fixed = isBatchFixed(m_graph);
        std::size_t samples = 0;
        m_batches.restart();
        using Item = std::shared_ptr<const Batch>;
        using Answers = std::vector<std::vector<Tensor>>;
        OrderedPipeline<Item, Answers> pipeline({
            .take = [&](const JobContext& taking) { return m_batches.next(taking); },
            .work = [&](const Item& batch) { return models.run(fixed ? padded(batch->inputs, m_batch) : batch->inputs); },
            .give =
                [&](const Item& batch, const Answers& answers) {
                    const auto fed = fixed ? static_cast<std::size_t>(m_batch) : batch->indices.size();
                    for (std::size_t i = 0; i < judges.size(); ++i)
                        judges[i].add(answers.at(i), answers.back(), *batch, fed);
                    samples += batch->indices.size();
                },
            .tell =
                [&](std::size_t given) {
                    const double done = static_cast<double>(given) / static_cast<double>(m_batches.count());
                    job.report({Activity::Evaluating, std::min(1.0, done), detail, 0, 0, {}});
                },
        });
        pipeline.run(threadCount(m_options.threads), job);
        return samples;
    }

    const SensitivitySubject& m_subject;
    const SensitivityOptions& m_options;
    const Graph m_graph;
    const DependencyGraph m_dependencies;
    const Pairing m_pairing;
    const int m_batch;
    Batches m_batches;
};

} // namespace

Sensitivity measureSensitivity(const SensitivitySubject& subject, const SensitivityOptions& options, const JobContext& job)
{
    soundRatios(options.ratios); // before anything is read
    Graph graph = subject.graph;
    makeBatchFree(graph);
    return Measurement(subject, std::move(graph), options, job).run(job);
}

double lossOf(const Sensitivity& sensitivity, const SensitivityPoint& point)
{
    return higherIsBetter(sensitivity.metric) ? sensitivity.value - point.value : point.value - sensitivity.value;
}

} // namespace hone
