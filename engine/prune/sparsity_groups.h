// SPDX-License-Identifier: GPL-3.0-or-later
// Dependency groups as what a group lasso makes silent: training before pruning (Wen et al. 2016; Fang et al.
// 2023, section 3.3).
#pragma once

#include "prune/dependency_graph.h"
#include "train/train.h"

#include <vector>

namespace hone
{

// Each channel of a group: its rows of every layer that makes it, its numbers of biases and normalizations,
// its columns of every layer that reads it.
std::vector<PenaltyGroup> sparsityGroups(const Graph& graph, AttentionChannels attention = AttentionChannels::Size);

} // namespace hone
