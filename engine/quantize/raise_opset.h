// SPDX-License-Identifier: GPL-3.0-or-later
// Rewrites a graph of an older ONNX operator set for a newer one (operator specifications, "version history").
#pragma once

#include "graph/graph.h"

namespace hone
{

// Q/DQ with one scale a channel came with this operator set.
constexpr std::int64_t opsetForQuantization = 13;
// Integers of four bits, and scales for blocks of an axis, came with this one. Hone raises no further.
constexpr std::int64_t opsetForBlocks = 21;

// From operator set 7 or later to `target` (13 to 21); a graph that is there already stays as it is. What it computes doesn't change.
// Throws Error(OpsetNotRaised) naming every operator whose change Hone can't follow (all at once); the graph is then undefined.
void raiseOpset(Graph& graph, std::int64_t target = opsetForQuantization);

} // namespace hone
