// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "graph/graph.h"

#include <string>
#include <vector>

namespace hone
{

enum class Dropouts
{
    Drop,
    Keep // they are for training
};

// Nodes that hand on what they are given are bypassed: Identity, inference Dropout, Cast to the type that is there already, Transpose
// that moves nothing, Concat of one. Names of the graph's inputs and outputs stay. Returns the names of the nodes that went.
std::vector<std::string> dropNoOps(Graph& graph, Dropouts dropouts = Dropouts::Drop);

} // namespace hone
