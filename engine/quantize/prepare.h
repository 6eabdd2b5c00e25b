// SPDX-License-Identifier: GPL-3.0-or-later
// The form of a float graph that quantizes best; what it computes stays as it is.
#pragma once

#include "graph/graph.h"

namespace hone
{

// Conv or ConvTranspose without a bias followed by an Add of one constant a channel: the constant becomes the bias.
int foldAddIntoBias(Graph& graph);

// MatMul of a [N, K] activation and a constant [K, M], with or without an Add of a constant [M], becomes Gemm, which has an
// integer kernel that takes the bias along.
int matMulToGemm(Graph& graph);

// A 1x1 Conv of a [N, C, 1, 1] map whose result is only flattened to [N, M] becomes Flatten and Gemm: a classifier at the end then
// gives its scores in float instead of in 256 steps.
int pointConvToGemm(Graph& graph);

// Gemm's alpha and beta go into its constant weights and bias; a bias of another shape becomes [M].
int plainGemm(Graph& graph);

// ReduceMean over all spatial axes becomes GlobalAveragePool (and Flatten where the axes are dropped).
int reduceMeanToPool(Graph& graph);

} // namespace hone
