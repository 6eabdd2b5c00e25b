// SPDX-License-Identifier: GPL-3.0-or-later
#include "tidy/tidy.h"

#include "onnx_io/onnx_io.h"
#include "runtime/made_up_inputs.h"
#include "runtime/memory_estimate.h"
#include "tidy/batch_normalization.h"
#include "tidy/inline_branches.h"
#include "tidy/no_ops.h"

#include <algorithm>
#include <set>

namespace hone
{
namespace
{

constexpr std::uint64_t proofSeed = 97;

TidySize sizeOf(const Graph& graph)
{
    TidySize size;
    size.nodes = static_cast<std::int64_t>(graph.order().size());
    for (std::uint32_t i = 0; i < graph.valueCount(); ++i)
        if (const auto& constant = graph.value(ValueId{i}).constant; !constant.isNull()) {
            ++size.initializers;
            size.initializerBytes += static_cast<std::int64_t>(constant.byteCount());
        }
    return size;
}

std::set<std::string> namesIn(const Graph& graph)
{
    std::set<std::string> names;
    for (const auto id : graph.order())
        names.insert(graph.node(id).name);
    for (std::uint32_t i = 0; i < graph.valueCount(); ++i)
        if (graph.isConstant(ValueId{i}))
            names.insert(graph.value(ValueId{i}).name);
    return names;
}

std::vector<std::string> removeUnused(Graph& graph)
{
    const auto before = namesIn(graph);
    graph.removeDeadNodes();
    const auto after = namesIn(graph);
    std::vector<std::string> gone;
    std::ranges::set_difference(before, after, std::back_inserter(gone));
    return gone;
}

std::string countText(const TidyChange& change)
{
    return std::to_string(change.nodes.size());
}

Message messageOf(const TidyChange& change, const FreedBatch& batch)
{
    switch (change.pass) {
    case TidyPass::RemoveUnused: return {MessageCode::UnusedRemoved, {{"count", countText(change)}}};
    case TidyPass::FoldConstants: return {MessageCode::ConstantsFolded, {{"count", countText(change)}}};
    case TidyPass::DropNoOps: return {MessageCode::NoOpsDropped, {{"count", countText(change)}}};
    case TidyPass::FoldNormalization: return {MessageCode::NormalizationFolded, {{"count", countText(change)}}};
    case TidyPass::FreeBatch: break;
    }
    return {MessageCode::BatchFreed, {{"batch", std::to_string(batch.before)}}};
}

class Tidying
{
public:
    Tidying(const Graph& graph, const TidyOptions& options, const JobContext& job) : m_options(options), m_job(job)
    {
        m_result.graph = graph;
    }

    TidyResult run()
    {
        auto& graph = m_result.graph;
        m_result.before = sizeOf(graph);
        begin(0);
        note(TidyPass::RemoveUnused, removeUnused(graph));
        auto folded = liftConstants(graph);
        append(folded, inlineKnownBranches(graph));
        note(TidyPass::DropNoOps, dropNoOps(graph, m_options.keepDropout ? Dropouts::Keep : Dropouts::Drop));
        begin(0.2);
        append(folded, foldConstants(graph, m_options.limits));
        begin(0.5);
        freeBatch(); // before shapes with the batch in them become constants
        begin(0.7);
        append(folded, foldShapes(graph));
        note(TidyPass::FoldConstants, folded);
        begin(0.9);
        if (m_options.foldNormalization)
            note(TidyPass::FoldNormalization, foldBatchNormalization(graph));
        m_result.after = sizeOf(graph);
        tell();
        return std::move(m_result);
    }

private:
    void begin(double fraction) const
    {
        m_job.checkStop();
        m_job.report({Activity::Tidying, fraction, {}, 0, 0, {}});
    }

    static void append(std::vector<std::string>& to, const std::vector<std::string>& names)
    {
        to.insert(to.end(), names.begin(), names.end());
    }

    void note(TidyPass pass, std::vector<std::string> nodes)
    {
        if (!nodes.empty())
            m_result.changes.push_back({pass, std::move(nodes)});
    }

    void freeBatch()
    {
        auto& graph = m_result.graph;
        if (!m_options.freeBatch)
            return;
        m_result.batch = makeBatchFree(graph);
        if (!m_result.batch.isFree || m_result.batch.before < 1)
            return;
        std::vector<std::string> inputs;
        for (const auto id : graph.inputs)
            inputs.push_back(graph.value(id).name);
        note(TidyPass::FreeBatch, std::move(inputs));
    }

    void tell()
    {
        for (const auto& change : m_result.changes)
            m_result.notices.push_back(messageOf(change, m_result.batch));
        const auto& batch = m_result.batch;
        if (m_options.freeBatch && !batch.isFree && batch.before > 0)
            m_result.notices.push_back({MessageCode::BatchStaysFixed, {{"batch", std::to_string(batch.before)}, {"detail", batch.reason}}});
    }

    const TidyOptions& m_options;
    const JobContext& m_job;
    TidyResult m_result;
};

} // namespace

std::string_view name(TidyPass pass)
{
    switch (pass) {
    case TidyPass::RemoveUnused: return "unused";
    case TidyPass::FoldConstants: return "constants";
    case TidyPass::DropNoOps: return "noOps";
    case TidyPass::FreeBatch: return "batch";
    case TidyPass::FoldNormalization: return "normalization";
    }
    return "";
}

TidyResult tidy(const Graph& graph, const TidyOptions& options, const JobContext& job)
{
    return Tidying(graph, options, job).run();
}

std::optional<double> outputDifference(const Graph& before, const Graph& after, const JobContext& job)
{
    // As written: what ONNX Runtime's own optimizer does to one and not to the other is no difference of theirs.
    const SessionOptions options{.threads = 0, .optimization = Optimization::None, .profilePrefix = {}};
    std::optional<Session> original;
    std::vector<MadeUpRun> runs;
    const MemoryLimit limit(before);
    MadeUpOptions inputs{.seed = proofSeed, .bounds = indexBounds(before)};
    inputs.accepts = [&](const std::vector<Dimensions>& shapes) { return limit.allows(shapes); };
    try {
        original.emplace(Session::fromBytes(serializeOnnx(before), options, before.name));
        for (const auto kind : {InputKind::Normal, InputKind::Uniform}) {
            inputs.kind = kind;
            runs.push_back(runOnMadeUpInputs(*original, inputs, job));
        }
    } catch (const Error& error) {
        if (error.code() != MessageCode::RuntimeRefused && error.code() != MessageCode::ModelInputUnsupported)
            throw;
        return std::nullopt;
    }
    auto tidied = Session::fromBytes(serializeOnnx(after), options, after.name);
    double worst = 0;
    for (const auto& run : runs) {
        job.checkStop();
        const auto outputs = tidied.run(run.inputs);
        for (std::size_t i = 0; i < outputs.size(); ++i)
            worst = std::max(worst, differenceOf(run.outputs.at(i), outputs[i]).relative);
    }
    return worst;
}

} // namespace hone
