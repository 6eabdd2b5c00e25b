// SPDX-License-Identifier: GPL-3.0-or-later
// Models of ONNX's first operator sets, before broadcasting was numpy's, brought to the oldest one that today's runtimes run.
#pragma once

#include "graph/graph.h"

namespace hone
{

constexpr std::int64_t oldestRunOpset = 7;

// From operator set 1 to 6 to 7; a newer graph stays as it is. What it computes doesn't change; a BatchNormalization or Dropout in
// training mode becomes one for inference. False where an operator's change can't be followed; the graph is then undefined.
// Throws Error(ShapeMismatch) where a node's inputs can't fit.
bool raiseOldOpset(Graph& graph);

} // namespace hone
