// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "graph/graph.h"

#include <cstdint>
#include <string>

namespace hone
{

struct FreedBatch
{
    bool isFree = false;      // now
    std::int64_t before = -1; // the extent that was fixed; -1: it was free already, or inputs differ
    std::string reason = {};  // why it stays fixed, as a clause
};

// A first extent that every input fixes at the same number becomes free ("N"), together with Reshape and Expand targets that repeat it,
// recurrent states of zeros that have it, and constants that are joined to samples (class tokens). Shown to hold by the shapes at another
// batch, by what each operator does along the batch, and by ONNX Runtime: a batch of two of the old ones answers as they do one by one.
// Where it doesn't hold the graph is left as it is.
FreedBatch makeBatchFree(Graph& graph);

} // namespace hone
