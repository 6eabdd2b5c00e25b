// SPDX-License-Identifier: GPL-3.0-or-later
// Shows that a pruned graph computes what the original computes when nobody reads the removed channels.
#pragma once

#include "prune/pruner.h"

namespace hone
{

// The original with every reading of a removed channel at zero: weights where they are constants, masks elsewhere.
Graph maskChannels(const Graph& graph, const DependencyGraph& dependencies, const KeptChannels& kept);

// Runs both in ONNX Runtime on the same random inputs of a fixed seed (normal with deviations 1 and 32, uniform from 0 to 1:
// models differ in what they take) and returns the largest max |difference| / max |output| of any output, those before a last
// Softmax or Sigmoid included. Infinite where one has numbers and the other has none, and where there are none at all.
// Throws Error(RuntimeRefused) where either doesn't run.
double surgeryDifference(const Graph& masked, const Graph& pruned, const JobContext& job);

} // namespace hone
