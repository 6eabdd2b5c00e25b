// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/pruner.h"

#include "core/error.h"
#include "prune/group_names.h"
#include "prune/proven_surgery.h"

#include <utility>

namespace hone
{
namespace
{

void requireGroups(const DependencyGraph& dependencies)
{
    if (!dependencies.groups.empty())
        return;
    std::string detail;
    for (std::size_t i = 0; i < dependencies.unprunable.size() && i < 5; ++i)
        detail += (i ? "; '" : "'") + dependencies.unprunable[i].name + "' " + dependencies.unprunable[i].reason;
    if (dependencies.unprunable.empty())
        detail = "no layer makes channels";
    else if (dependencies.unprunable.size() > 5)
        detail += "; and " + std::to_string(dependencies.unprunable.size() - 5) + " more";
    throw Error(MessageCode::NothingToPrune, {{"detail", detail}});
}

// One that may lose channels at all.
void requireFreeGroup(const DependencyGraph& dependencies, const Selection& selection)
{
    for (std::size_t g = 0; g < dependencies.groups.size(); ++g)
        if (!selection.isKept(g))
            return;
    throw Error(MessageCode::NothingToPrune, {{"detail", "every layer that could lose channels is kept by name"}});
}

// Where something is to leave, of a graph of which something may.
Selection soundSelection(const Graph& graph, const DependencyGraph& dependencies, const PruneOptions& options,
                         const PruneEvidence& evidence)
{
    const bool asks = targetOf(options.targets) || options.scope == PruningScope::Layer || options.ratio > 0;
    if (asks)
        requireGroups(dependencies);
    Selection selection(graph, dependencies, options, evidence);
    if (asks)
        requireFreeGroup(dependencies, selection);
    return selection;
}

std::vector<PrunedGroup> describeGroups(const Graph& graph, const DependencyGraph& dependencies, const KeptChannels& kept,
                                        const std::vector<ImportanceKind>& importance)
{
    std::vector<PrunedGroup> groups;
    for (std::size_t g = 0; g < kept.size(); ++g) {
        const PruningGroup& group = dependencies.groups[g];
        groups.push_back({.name = group.name,
                          .layers = namesOf(graph, group.layers),
                          .followers = namesOf(graph, group.followers),
                          .readers = namesOf(graph, group.readers),
                          .channelsBefore = group.channels * group.granularity,
                          .channelsAfter = static_cast<std::int64_t>(kept[g].size()) * group.granularity,
                          .importance = importance[g],
                          .reasons = group.reasons});
    }
    return groups;
}

Message metAlready(const TargetRecord& record)
{
    return {MessageCode::TargetMetAlready,
            {{"what", nameOf(record.kind)},
             {"wanted", amountText(record.kind, record.wanted)},
             {"present", amountText(record.kind, record.before)}}};
}

void report(const JobContext& job, double fraction)
{
    Progress progress;
    progress.activity = Activity::Pruning;
    progress.fraction = fraction;
    job.report(progress);
    job.checkStop();
}

} // namespace

void requirePrunable(const Graph& graph, const PruneOptions& wanted, const JobContext& job, const PruneEvidence& given)
{
    requireConsistent(wanted);
    PruneOptions options = wanted;
    options.importance = ImportanceKind::L1; // how many leave doesn't depend on which
    PruneEvidence evidence = given;
    if (!evidence.ratios && options.scope == PruningScope::Sensitivity)
        options.scope = PruningScope::Uniform;
    const DependencyGraph dependencies = findDependencies(graph, options.attention);
    const Selection selection = soundSelection(graph, dependencies, options, evidence);
    if (const auto target = targetOf(options.targets))
        requireReachable({graph, dependencies, options, evidence, *target}, selection, job);
}

PruneResult prune(const Graph& graph, const PruneOptions& options, const JobContext& job, const PruneEvidence& evidence)
{
    requireConsistent(options);
    const auto target = targetOf(options.targets);
    report(job, 0);
    const DependencyGraph dependencies = findDependencies(graph, options.attention);
    const Selection selection = soundSelection(graph, dependencies, options, evidence);
    report(job, 0.2);
    PruneResult result;
    result.ratio = options.ratio;
    if (target) {
        auto answer = reachTarget({graph, dependencies, options, evidence, *target}, selection, job.part(0.2, 0.6));
        result.kept = std::move(answer.kept);
        result.ratio = answer.ratio;
        result.target = answer.record;
        if (removesNothing(dependencies, result.kept))
            result.notices.push_back(metAlready(answer.record));
    } else
        result.kept = selection.at(options.ratio);
    result.unprunable = dependencies.unprunable;
    result.groups = describeGroups(graph, dependencies, result.kept, selection.kinds());
    if (removesNothing(dependencies, result.kept)) {
        result.graph = graph;
        report(job, 1);
        return result;
    }
    ProvenSurgery surgery = removeAndProve(graph, dependencies, result.kept, job);
    result.graph = std::move(surgery.graph);
    result.maxAbsDifference = surgery.proof.maxAbsDifference;
    result.maxAbsDifferenceDouble = surgery.proof.maxAbsDifferenceDouble;
    result.doubleLeftOut = surgery.proof.doubleLeftOut;
    report(job, 1);
    return result;
}

} // namespace hone
