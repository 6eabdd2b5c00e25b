// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "graph/graph.h"

#include <cstdint>
#include <vector>

namespace hone
{

// Bytes of every value of a run on inputs of these shapes (in the graph's order), as a backward pass keeps them; values of unknown shape
// left out. Saturates. Throws Error(ShapeMismatch) where the model doesn't take such inputs.
std::int64_t bytesOfARun(const Graph& graph, const std::vector<Dimensions>& inputs);

// What this machine has to spare just now, and the most that this process has held so far; 0 where the system doesn't tell.
std::int64_t availableBytes();
std::int64_t peakBytes();

} // namespace hone
