// SPDX-License-Identifier: GPL-3.0-or-later
// What a model costs at batch 1: parameters, multiply-accumulates, bytes, peak activation memory.
#pragma once

#include "graph/graph.h"

#include <cstdint>
#include <vector>

namespace hone
{

struct NodeCost
{
    NodeId node;
    std::int64_t parameters = 0; // elements of the floating-point or quantized weights that it reads first (a shared one counts once)
    std::int64_t parameterBytes = 0;
    std::int64_t macs = 0;            // Conv: Cout * H * W * Cin / groups * kH * kW; Gemm, MatMul likewise; others 0
    std::int64_t activationBytes = 0; // of its outputs
    Shape outputShape;                // of its first output; empty where unknown
};

struct GraphCost
{
    std::vector<NodeCost> nodes; // in the graph's order
    std::int64_t parameters = 0;
    std::int64_t parameterBytes = 0;
    std::int64_t macs = 0;
    // The largest sum of living activations while nodes run in order, each output made before its inputs are dropped.
    std::int64_t peakActivationBytes = 0;
    bool complete = true; // false where a shape was unknown, so that sums are lower bounds
};

GraphCost cost(const Graph& graph);

} // namespace hone
