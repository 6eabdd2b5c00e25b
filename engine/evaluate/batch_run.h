// SPDX-License-Identifier: GPL-3.0-or-later
// A split's batches as a model takes them.
#pragma once

#include "core/tensor.h"
#include "graph/graph.h"

#include <cstdint>

namespace hone
{

// Whether the first input insists on its number of samples.
bool isBatchFixed(const Graph& graph);
// Samples a batch: the model's own number where its input fixes it.
int batchOf(const Graph& graph);
// The same, but of a free batch at most so many samples that `bytesEach` of them fit into `most`: larger batches of large samples fill
// memory and gain no speed.
int batchWithin(const Graph& graph, std::int64_t bytesEach, std::int64_t most);
// Rows of zeros up to the batch that a model insists on; a full batch comes back as it is.
Tensor padded(const Tensor& inputs, std::int64_t batch);
// 0: as many as there are cores.
int threadCount(int wanted);

} // namespace hone
