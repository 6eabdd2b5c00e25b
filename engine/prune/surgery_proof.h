// SPDX-License-Identifier: GPL-3.0-or-later
// Shows that a pruned graph computes what the original computes when nobody reads the removed channels.
#pragma once

#include "prune/pruner.h"

namespace hone
{

// The original with every reading of a removed channel at zero: weights where they are constants, masks elsewhere.
Graph maskChannels(const Graph& graph, const DependencyGraph& dependencies, const KeptChannels& kept);

// Runs both in ONNX Runtime on the same random input (normal, fixed seed) and returns max |difference| / max |output| over all
// outputs, those before a last Softmax or Sigmoid included. Infinite where one has numbers and the other has none.
// Throws Error(RuntimeRefused) where either doesn't run.
double surgeryDifference(const Graph& masked, const Graph& pruned, const JobContext& job);

} // namespace hone
