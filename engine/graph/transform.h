// SPDX-License-Identifier: GPL-3.0-or-later
// Rewrites that leave what a model computes as it is.
#pragma once

#include "graph/graph.h"

namespace hone
{

// Conv, ConvTranspose or Gemm followed by an inference BatchNormalization, read by nothing else, becomes one node
// (W' = W * s, b' = (b - mean) * s + beta with s = gamma / sqrt(var + epsilon); Ioffe and Szegedy 2015, section 3.1).
// Returns how many were folded.
int foldBatchNormalization(Graph& graph);

// Identity and inference Dropout nodes are bypassed; Constant nodes become initializers. Returns how many went.
int dropNoOps(Graph& graph);

// A first extent that every input fixes at 1 becomes free ("N"), together with Reshape targets that repeat it.
// Returns false (and leaves the graph) where some operator needs the fixed extent.
bool makeBatchFree(Graph& graph);

} // namespace hone
