// SPDX-License-Identifier: GPL-3.0-or-later
// Which initializers of a graph training changes.
#pragma once

#include "graph/graph.h"

#include <map>
#include <vector>

namespace hone
{

enum class ParameterRole
{
    Weight,    // decays: the multiplying operand of Conv, ConvTranspose, Gemm, MatMul
    Scale,     // normalization scales, PRelu slopes, factors of Mul
    Bias,
    Statistic  // running mean or variance: updated by batches, no gradient
};

// Floating-point initializers by role, seen through nodes that only rearrange them (Transpose, Reshape, ...):
// weights, biases and scales of Conv, ConvTranspose, Gemm, MatMul, normalizations and PRelu, and operands of Add, Sub, Mul, Div
// with more than one element. Scalars and shapes, scales or bounds in other places are constants.
std::map<ValueId, ParameterRole> findParameters(const Graph& graph);
// The parameters that a node reads, through rearranging nodes too.
std::vector<ValueId> parametersOf(const Graph& graph, NodeId node);

} // namespace hone
