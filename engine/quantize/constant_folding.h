// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "graph/graph.h"

namespace hone
{

// Nodes that read constants alone become constants, computed by ONNX Runtime. Nodes with subgraphs and random ones stay.
// Returns how many went.
int foldConstants(Graph& graph);

} // namespace hone
