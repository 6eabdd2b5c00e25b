// SPDX-License-Identifier: GPL-3.0-or-later
// Channels removed for real: smaller tensors, the same graph.
#pragma once

#include "core/job_context.h"
#include "prune/dependency_graph.h"
#include "prune/importance.h"

#include <cstdint>
#include <string>
#include <vector>

namespace hone
{

enum class PruningScope
{
    Uniform, // the ratio in each group, rounded to whole channels
    Global   // the ratio over all groups, importances normalized by each group's mean
};

struct PruneOptions
{
    double ratio = 0.3; // share of prunable output channels removed, 0 <= ratio < 1
    ImportanceKind importance = ImportanceKind::Auto;
    PruningScope scope = PruningScope::Uniform;
    std::int64_t atLeast = 1; // channels that every group keeps
};

struct PrunedGroup
{
    std::string name;
    std::vector<std::string> layers;
    std::int64_t channelsBefore = 0; // outputs of the first layer that belong to the group
    std::int64_t channelsAfter = 0;
};

// Channels that stay, by group, each list sorted.
using KeptChannels = std::vector<std::vector<std::int64_t>>;

struct PruneResult
{
    Graph graph;
    KeptChannels kept; // by findDependencies()'s groups
    std::vector<PrunedGroup> groups;
    std::vector<UnprunableLayer> unprunable;
    double maxAbsDifference = 0; // of the surgery proof: pruned against masked original, in ONNX Runtime, over the largest output
};

// The ratio applied. Uniform: round(ratio * channels) leave each group. Global: round(ratio * all) leave, the least
// important first, and every group keeps a tenth of its channels. At least options.atLeast (and one) stay in each.
// Without scores: by L1.
KeptChannels chooseChannels(const Graph& graph, const DependencyGraph& dependencies, const PruneOptions& options,
                            const ChannelScores& scores = {});

// Keeps the given channels (sorted, by group index) and slices everything else away. Names stay; declared shapes follow.
// Throws Error(InternalFault) where the shapes of the result aren't the expected ones.
Graph removeChannels(const Graph& graph, const DependencyGraph& dependencies, const KeptChannels& kept);

// Chooses, removes and proves. Throws Error(RatioOutOfRange, NothingToPrune, InternalFault where the proof fails).
// scores: of findDependencies()'s groups; without them importance is L1's.
PruneResult prune(const Graph& graph, const PruneOptions& options, const JobContext& job, const ChannelScores& scores = {});

} // namespace hone
