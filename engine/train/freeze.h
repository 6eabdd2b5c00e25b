// SPDX-License-Identifier: GPL-3.0-or-later
// Layers named by patterns.
#pragma once

#include "graph/graph.h"

#include <string>
#include <string_view>
#include <vector>

namespace hone
{

// '*' matches any number of characters, none included; everything else matches itself.
bool matchesPattern(std::string_view text, std::string_view pattern);
// Nodes whose names match one of the patterns. Throws Error(LayerUnknown) for a pattern that matches none, naming those most like it.
std::vector<NodeId> nodesMatching(const Graph& graph, const std::vector<std::string>& patterns);

} // namespace hone
