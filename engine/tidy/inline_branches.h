// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "graph/graph.h"

#include <string>
#include <vector>

namespace hone
{

// An If whose condition is known before the model runs (exporters write one where a rank wasn't known to them) gives way to the branch
// that it takes. Branches with bodies of their own stay. Returns the names of the nodes that went.
std::vector<std::string> inlineKnownBranches(Graph& graph);

} // namespace hone
