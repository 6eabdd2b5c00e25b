// SPDX-License-Identifier: GPL-3.0-or-later
// How much each channel of a dependency group matters.
#pragma once

#include "prune/dependency_graph.h"

#include <vector>

namespace hone
{

enum class ImportanceKind
{
    Auto, // Reconstruction where its scores are given, otherwise L1
    // From the weights alone:
    L1,      // mean absolute weight of a channel over the group's output slices (Li et al. 2017)
    L2,      // root of the mean squared weight, likewise
    BnScale, // |gamma| of the normalizations of a group (Liu et al. 2017, "Network Slimming")
    Lamp,    // a channel's squared weights over those of all that are at least as large (Lee et al. 2021)
    Fpgm,    // distance of a channel's filter from the layer's others (He et al. 2019)
    Random,  // of a seed
    // From samples:
    Taylor,
    Fisher,
    Apoz,
    MeanActivation,
    Reconstruction // what a channel adds to the channels that stay; see prune/reconstruction.h
};

// Whether scores of this kind are made from samples: those come as ChannelScores, importance() has none.
bool needsSamples(ImportanceKind kind);

// Importance by group and channel, higher stays.
using ChannelScores = std::vector<std::vector<double>>;

// By L1 (of the kinds that need no data). One number a channel, higher stays: the mean absolute weight of its rows in each layer that makes it, divided by the
// mean over the layer's channels in this group (so that large layers don't outvote small ones), averaged over the layers.
std::vector<double> importance(const Graph& graph, const PruningGroup& group, ImportanceKind kind);

} // namespace hone
