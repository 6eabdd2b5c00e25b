// SPDX-License-Identifier: GPL-3.0-or-later
// A graph that computes in double what another computes in float, for proofs that rounding must not blur.
#pragma once

#include "graph/graph.h"

namespace hone
{

// Every 16- and 32-bit floating-point constant, input, cast and filled tensor becomes float64, in sub-graphs
// too. What operators want in float32 whatever they compute in (Resize's scales) stays.
Graph inDouble(const Graph& graph);
// The numbers as float64 where they are floating-point ones of another type, otherwise as they are.
Tensor inDouble(const Tensor& tensor);

} // namespace hone
