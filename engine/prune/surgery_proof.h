// SPDX-License-Identifier: GPL-3.0-or-later
// Shows that a pruned graph computes what the original computes when nobody reads the removed channels.
#pragma once

#include "prune/pruner.h"

#include <optional>
#include <string>

namespace hone
{

// The original with every reading of a removed channel at zero (weights where they are constants, masks
// elsewhere), and with operators that compute over all channels at once (DependencyGraph::restrictions)
// seeing those that stay alone.
Graph maskChannels(const Graph& graph, const DependencyGraph& dependencies, const KeptChannels& kept);

struct SurgeryProof
{
    double maxAbsDifference = 0;                  // in ONNX Runtime, over the largest output
    std::optional<double> maxAbsDifferenceDouble; // the same computed in double by LibTorch
    std::string doubleLeftOut;                    // why that is missing: "LibTorch has no executor for X"

    bool computesInHalves = false; // float16 or bfloat16, which round to three digits

    // To 1e-3 in ONNX Runtime (1e-2 in halves), to 1e-4 in double.
    bool holds() const;
};

// Runs both on the same random inputs of a fixed seed: in ONNX Runtime (normal with deviations 1 and 32,
// uniform from 0 to 1: models differ in what they take), then in double on the first of these that gives
// numbers. The differences are the largest max |difference| / max |output| of any output, those before a last
// Softmax or Sigmoid and those that decide labels and indices (before ArgMax, TopK, NonMaxSuppression) included;
// infinite where one has numbers and the other has none, where labels differ (other than one in a thousand, by
// rounding), and where there is nothing to compare at all. The double part is left out where the masked original itself doesn't run in
// double (an operator without an executor) or memory is short.
// Throws Error(RuntimeRefused) where either doesn't run in ONNX Runtime, and what GraphModule throws where the pruned graph alone doesn't
// run in double.
SurgeryProof proveSurgery(const Graph& masked, const Graph& pruned, const JobContext& job);
// `available`: bytes of memory that may be used; 0: not known.
SurgeryProof proveSurgery(const Graph& masked, const Graph& pruned, std::int64_t available, const JobContext& job);
// The first part alone.
double surgeryDifference(const Graph& masked, const Graph& pruned, const JobContext& job);

} // namespace hone
