// SPDX-License-Identifier: GPL-3.0-or-later
// The last layer of a classifier, and a new one in its place.
#pragma once

#include "graph/graph.h"

#include <cstdint>

namespace hone
{

// The Gemm, MatMul or Conv whose output becomes the model's first output through shape-only, bias or Softmax nodes; its weights may be on
// a grid for training (graph/fake_quantize.h).
// Throws Error(NotTrainable) where there is none.
NodeId findHead(const Graph& graph);

// A copy with a head of `outputs` outputs: weights uniform in +-1/sqrt(fan-in) (LeCun 1998), biases 0. Everything before stays.
Graph withNewHead(const Graph& graph, int outputs, std::uint64_t seed);

} // namespace hone
