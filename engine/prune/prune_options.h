// SPDX-License-Identifier: GPL-3.0-or-later
// What is asked of a pruning.
#pragma once

#include "prune/dependency_graph.h"
#include "prune/importance.h"
#include "prune/target.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace hone
{

enum class PruningScope
{
    Uniform,    // the ratio in each group, rounded to whole channels
    Global,     // the ratio over all groups, importances normalized by each group's mean
    Isomorphic, // the ratio over all groups of the same structure (Fang et al. 2024, "Isomorphic Pruning for
                // Vision Models"): same operators on the same inputs, so that their importances compare
    Layer,      // a ratio for each layer that is named; others stay as they are
    Sensitivity // ratios by group from measured curves; see PruneEvidence::ratios
};

struct PruneOptions
{
    double ratio = 0.3; // share of prunable output channels removed, 0 <= ratio < 1; unused with a target
    ImportanceKind importance = ImportanceKind::Auto;
    PruningScope scope = PruningScope::Uniform;
    AttentionChannels attention = AttentionChannels::Size;
    std::int64_t atLeast = 1;                       // channels that every group keeps
    std::map<std::string, double> layerFloors = {}; // the same of a layer, by name as layerRatios; whole numbers, at least 1
    std::int64_t roundTo = 1;                       // channels that stay in the file are a multiple of it, see roundedChannels()
    std::vector<std::string> keep = {};             // layers whose channels all stay, by name; '*' matches anything
    std::map<std::string, double> layerRatios = {}; // of scope Layer: by name, '*' matches anything; of several that match the longest
    PruneTargets targets = {};                      // one of them instead of the ratio
    std::uint64_t seed = 0;                         // of random importance
};

// Throws Error(RatioOutOfRange), and Error(BadOption) for options that don't go together: two targets, a
// target beside a ratio that isn't the default, beside scope Layer, or ratios by layer without that scope.
void requireConsistent(const PruneOptions& options);

} // namespace hone
