// SPDX-License-Identifier: GPL-3.0-or-later
// Importance of one group's channels from its weights, one function a kind. All: one number a channel, higher
// stays.
#pragma once

#include "prune/dependency_graph.h"

#include <vector>

namespace hone
{

std::vector<double> meanMagnitude(const Graph& graph, const PruningGroup& group);  // L1
std::vector<double> rootMeanSquare(const Graph& graph, const PruningGroup& group); // L2
std::vector<double> layerAdaptive(const Graph& graph, const PruningGroup& group);  // Lamp
std::vector<double> medianDistance(const Graph& graph, const PruningGroup& group); // Fpgm
// Mean |gamma|; empty for a group without BatchNormalization.
std::vector<double> normalizationScale(const Graph& graph, const PruningGroup& group);

} // namespace hone
