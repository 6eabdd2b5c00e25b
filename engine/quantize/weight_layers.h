// SPDX-License-Identifier: GPL-3.0-or-later
// Every constant float matrix or kernel that a layer multiplies with, and which of its axes are inputs and outputs.
#pragma once

#include "graph/graph.h"

#include <cstdint>
#include <vector>

namespace hone
{

struct WeightLayer
{
    NodeId node;
    std::size_t input = 1;       // of the node: where the weights are
    std::int64_t outputAxis = 0; // of the weights: one scale each in 8 bits
    std::int64_t inputAxis = 1;  // along which blocks of 4 bits lie
};

// Conv [O, I/g, ...], ConvTranspose [I, O/g, ...], Gemm (by transB), MatMul (a matrix on the right, or on the left), and both matrices of
// LSTM, GRU and RNN [directions, gates * hidden, in], in the graph's order. Weights that something else reads too are left out unless
// all of their readers ask for the same axes: they then stand here once for each.
std::vector<WeightLayer> findWeightLayers(const Graph& graph);

// A layer that computes with weights (Conv, Gemm, MatMul, recurrent ones); its weights may be no constants.
bool isWeightOperator(const Node& node);

} // namespace hone
