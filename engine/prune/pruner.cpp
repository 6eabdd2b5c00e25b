// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/pruner.h"

#include "core/error.h"
#include "prune/channel_removal.h"
#include "prune/surgery_proof.h"

#include <array>
#include <charconv>
#include <cmath>

namespace hone
{
namespace
{

constexpr double mostDifference = 1e-3;

// The shortest text that gives the same number again.
std::string text(double value)
{
    std::array<char, 32> characters;
    const auto end = std::to_chars(characters.data(), characters.data() + characters.size(), value).ptr;
    return {characters.data(), end};
}

void requireRatio(double ratio)
{
    if (!(ratio >= 0 && ratio < 1)) // also not a number
        throw Error(MessageCode::RatioOutOfRange, {{"ratio", text(ratio)}});
}

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

bool removesNothing(const DependencyGraph& dependencies, const KeptChannels& kept)
{
    for (std::size_t g = 0; g < kept.size(); ++g)
        if (static_cast<std::int64_t>(kept[g].size()) != dependencies.groups[g].channels)
            return false;
    return true;
}

// Everything stays but what leaves one group.
KeptChannels onlyGroup(const DependencyGraph& dependencies, const KeptChannels& kept, std::size_t group)
{
    KeptChannels only = kept;
    for (std::size_t g = 0; g < only.size(); ++g) {
        if (g == group)
            continue;
        only[g].clear();
        for (std::int64_t c = 0; c < dependencies.groups[g].channels; ++c)
            only[g].push_back(c);
    }
    return only;
}

double differenceOf(const Graph& graph, const DependencyGraph& dependencies, const KeptChannels& kept,
                    const JobContext& job)
{
    return surgeryDifference(maskChannels(graph, dependencies, kept), removeChannels(graph, dependencies, kept), job);
}

// The proof failed: says which group's surgery is to blame.
[[noreturn]] void throwFault(const Graph& graph, const DependencyGraph& dependencies, const KeptChannels& kept,
                             const JobContext& job)
{
    for (std::size_t g = 0; g < kept.size(); ++g) {
        job.checkStop();
        const KeptChannels only = onlyGroup(dependencies, kept, g);
        if (!removesNothing(dependencies, only) && !(differenceOf(graph, dependencies, only, job) <= mostDifference))
            throw Error(MessageCode::InternalFault,
                        {{"detail", "removing channels of group '" + dependencies.groups[g].name + "' changes other outputs"}});
    }
    throw Error(MessageCode::InternalFault, {{"detail", "removing channels of several groups changes other outputs"}});
}

std::vector<PrunedGroup> describeGroups(const Graph& graph, const DependencyGraph& dependencies,
                                        const KeptChannels& kept)
{
    std::vector<PrunedGroup> groups;
    for (std::size_t g = 0; g < kept.size(); ++g) {
        const PruningGroup& group = dependencies.groups[g];
        PrunedGroup pruned{group.name, {}, group.channels * group.granularity,
                           static_cast<std::int64_t>(kept[g].size()) * group.granularity};
        for (const NodeId layer : group.layers)
            pruned.layers.push_back(graph.node(layer).name);
        groups.push_back(std::move(pruned));
    }
    return groups;
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

PruneResult prune(const Graph& graph, const PruneOptions& options, const JobContext& job, const ChannelScores& scores)
{
    requireRatio(options.ratio);
    report(job, 0);
    const DependencyGraph dependencies = findDependencies(graph);
    if (options.ratio > 0)
        requireGroups(dependencies);
    report(job, 0.2);
    const KeptChannels kept = chooseChannels(graph, dependencies, options, scores);
    PruneResult result;
    result.unprunable = dependencies.unprunable;
    result.groups = describeGroups(graph, dependencies, kept);
    result.kept = kept;
    if (removesNothing(dependencies, kept)) {
        result.graph = graph;
        report(job, 1);
        return result;
    }
    result.graph = removeChannels(graph, dependencies, kept);
    report(job, 0.4);
    result.maxAbsDifference =
        surgeryDifference(maskChannels(graph, dependencies, kept), result.graph, job);
    if (!(result.maxAbsDifference <= mostDifference))
        throwFault(graph, dependencies, kept, job);
    report(job, 1);
    return result;
}

} // namespace hone
