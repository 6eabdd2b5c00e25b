// SPDX-License-Identifier: GPL-3.0-or-later
// Channels removed for real: smaller tensors, the same graph.
#pragma once

#include "core/error.h"
#include "core/job_context.h"
#include "prune/dependency_graph.h"
#include "prune/selection.h"
#include "prune/target_search.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hone
{

struct PrunedGroup
{
    std::string name;
    std::vector<std::string> layers;    // that make the channels
    std::vector<std::string> followers; // that lose the same channels: depthwise Conv, BatchNormalization
    std::vector<std::string> readers;   // that take them in
    std::int64_t channelsBefore = 0;    // outputs of the first layer that belong to the group
    std::int64_t channelsAfter = 0;
    ImportanceKind importance =
        ImportanceKind::L1;           // that ranked its channels: not what was asked for where the group lacks what that needs
    std::vector<std::string> reasons; // why its channels leave together
};

struct PruneResult
{
    Graph graph;
    KeptChannels kept; // by findDependencies()'s groups
    std::vector<PrunedGroup> groups;
    std::vector<UnprunableLayer> unprunable;
    double ratio = 0; // asked for, or found for the target
    std::optional<TargetRecord> target;
    std::vector<Message> notices; // TargetMetAlready
    double maxAbsDifference = 0;  // of the surgery proof: pruned against masked original, in ONNX Runtime, over the largest output
    std::optional<double> maxAbsDifferenceDouble; // the same computed in double; none where doubleLeftOut says why
    std::string doubleLeftOut;
};

// Keeps the given channels (sorted, by group index) and slices everything else away. Names stay; declared shapes follow.
// Throws Error(InternalFault) where the shapes of the result aren't the expected ones.
Graph removeChannels(const Graph& graph, const DependencyGraph& dependencies, const KeptChannels& kept);

// Throws what prune() would throw of this graph whatever its scores: for those who train before they prune. Evidence without ratios: as if
// the scope were uniform.
void requirePrunable(const Graph& graph, const PruneOptions& options, const JobContext& job, const PruneEvidence& evidence = {});

// Chooses, removes and proves. Throws Error(RatioOutOfRange, BadOption, LayerUnknown, TargetUnreachable), Error(NothingToPrune) where there
// is no channel that may leave, and Error(InternalFault) where the proof fails. evidence.scores: of findDependencies()'s groups; without
// them importance is of the weights.
PruneResult prune(const Graph& graph, const PruneOptions& options, const JobContext& job, const PruneEvidence& evidence = {});

} // namespace hone
