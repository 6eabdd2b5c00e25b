// SPDX-License-Identifier: GPL-3.0-or-later
// Which channels leave at a ratio.
#pragma once

#include "prune/prune_options.h"
#include "runtime/latency.h"

#include <cstddef>
#include <functional>
#include <vector>

namespace hone
{

// Channels that stay, by group, each list sorted.
using KeptChannels = std::vector<std::vector<std::int64_t>>;

// The share of each group that leaves so that `ratio` of all channels does; never falls in any group as
// `ratio` rises.
using GroupRatios = std::function<std::vector<double>(double ratio)>;

// What there is to choose by beside the weights.
struct PruneEvidence
{
    ChannelScores scores = {};              // by importance from samples; none: from the weights
    std::vector<ImportanceKind> kinds = {}; // by group: what these scores are of; none: of the importance that was asked for
    GroupRatios ratios = {};                // of scope Sensitivity
    std::vector<std::int64_t> outOf = {};   // channels that each group had before earlier rounds, which ratios are of; none: those it has
    LatencyMeter* meter = nullptr;          // of a target latency
};

// The number of a group's channels that stay where `kept` of `channels` should. In the file they are
// `granularity` times as many, and that is a multiple of `roundTo`: rounded up where the group has so many,
// else down. A group that has fewer than one such multiple stays whole, and so does one that has to keep more
// than it can round down to.
struct ChannelRounding
{
    std::int64_t roundTo = 1;
    std::int64_t atLeast = 1;
};
std::int64_t roundedChannels(const PruningGroup& group, std::int64_t kept, const ChannelRounding& rounding);

// Groups of the same structure have the same text: the operators that hold a slice of it, at which input, in
// which role.
std::string structureOf(const Graph& graph, const PruningGroup& group);

// Scores once, then chooses at any ratio.
// Uniform: round(ratio * channels) leave each group. Global, Isomorphic: round(ratio * all) leave all groups
// (of a structure), the least important first, and every group keeps a tenth of its channels (or
// its floor by name). Layer: as Uniform, by each layer's ratio. Sensitivity: as Uniform, by evidence.ratios.
// options.atLeast (and one) stay in each, a floor by name where there is one, and all in those that are kept by name. Then counts are
// rounded (options.roundTo), so that fewer may leave than the ratio says. Of equal channels the last leaves first.
class Selection
{
public:
    // Throws Error(LayerUnknown, InternalFault), the latter for evidence of another number of groups.
    Selection(const Graph& graph, const DependencyGraph& dependencies, const PruneOptions& options, const PruneEvidence& evidence = {});

    KeptChannels at(double ratio) const;
    // The most important of a group, as many as `count` is when it is rounded.
    std::vector<std::int64_t> most(std::size_t group, std::int64_t count) const;
    const ChannelScores& scores() const { return m_scores; }
    const std::vector<ImportanceKind>& kinds() const { return m_kinds; }
    bool isKept(std::size_t group) const { return m_isKept[group]; } // by name

private:
    std::vector<std::int64_t> leavingEach(const std::vector<double>& ratios) const;
    std::vector<std::int64_t> leavingOverAll(double ratio) const;
    std::int64_t mostLeaving(std::size_t group, double shareThatStays) const;
    std::int64_t floorOf(std::size_t group) const;

    const DependencyGraph& m_dependencies;
    PruneOptions m_options;
    ChannelScores m_scores;
    std::vector<ImportanceKind> m_kinds;
    GroupRatios m_ratios;
    std::vector<std::int64_t> m_outOf;
    std::vector<bool> m_isKept;
    std::vector<double> m_layerRatios; // of scope Layer
    std::vector<double> m_layerFloors; // by name; 0: none
    std::vector<std::size_t> m_pool;   // what each group is ranked with
};

// At options.ratio.
KeptChannels chooseChannels(const Graph& graph, const DependencyGraph& dependencies, const PruneOptions& options,
                            const ChannelScores& scores = {});

bool removesNothing(const DependencyGraph& dependencies, const KeptChannels& kept);

} // namespace hone
