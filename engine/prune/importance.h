// SPDX-License-Identifier: GPL-3.0-or-later
// How much each channel of a dependency group matters.
#pragma once

#include "prune/dependency_graph.h"

#include <cstdint>
#include <vector>

namespace hone
{

enum class ImportanceKind
{
    Auto, // Reconstruction where its scores are given, otherwise L1
    // From the weights alone:
    L1, // mean absolute weight of a channel over the group's output slices (Li et al. 2017, "Pruning Filters
        // for Efficient ConvNets")
    L2,      // root of the mean squared weight, likewise
    BnScale, // |gamma| of the group's BatchNormalizations (Liu et al. 2017, "Learning Efficient Convolutional
             // Networks through Network Slimming")
    Lamp,    // a channel's squared weights over those of all at least as large (Lee et al. 2021, "Layer-adaptive
             // Sparsity for the Magnitude-based Pruning", equation 4, on channels)
    Fpgm,    // distances to the layer's other channels (He et al. 2019, "Filter Pruning via Geometric Median")
    Random,  // of a seed: what any other has to beat
    // From samples:
    Taylor,
    Fisher,
    Apoz,
    MeanActivation,
    Reconstruction // what a channel adds to the channels that stay; see prune/reconstruction.h
};

// Whether scores of this kind are made from samples: those come as ChannelScores from elsewhere.
bool needsSamples(ImportanceKind kind);

// Importance by group and channel, higher stays.
using ChannelScores = std::vector<std::vector<double>>;

struct ImportanceOptions
{
    ImportanceKind kind = ImportanceKind::L1; // Auto: L1
    std::uint64_t seed = 0;                   // of Random
};

struct ScoredGroups
{
    ChannelScores scores;
    std::vector<ImportanceKind> kinds; // by group: what its scores are of; L1 where the group lacks what was asked for
};

// From the weights. L1, L2, Fpgm: of a layer over the mean of its channels in the group (so that large layers
// don't outvote small ones), averaged over the layers. Lamp: of a channel's squared weights summed over the
// group's layers, so that the group stands where the paper's layer does; its largest is 1. BnScale: mean
// |gamma| over the mean of all groups', so that groups compare as gammas do; L1 in groups without
// BatchNormalization, whose mean is 1 as well. Throws Error(InternalFault) for kinds that need samples.
ScoredGroups scoreGroups(const Graph& graph, const DependencyGraph& dependencies, const ImportanceOptions& options);

// One group's, by a kind that looks at one group alone (L1, L2, Lamp, Fpgm).
std::vector<double> importance(const Graph& graph, const PruningGroup& group, ImportanceKind kind);

} // namespace hone
