// SPDX-License-Identifier: GPL-3.0-or-later
// Groups by the names of the layers in them.
#pragma once

#include "prune/dependency_graph.h"

#include <string>
#include <vector>

namespace hone
{

// In order.
std::vector<std::string> namesOf(const Graph& graph, const std::vector<NodeId>& nodes);

// Groups whose channels a layer makes, or holds one number each of (BatchNormalization), whose name matches
// ('*' matches anything). Empty where such layers match, but none that can be pruned. Throws
// Error(LayerUnknown) where none does.
std::vector<std::size_t> groupsMatching(const Graph& graph, const DependencyGraph& dependencies, const std::string& pattern);

} // namespace hone
