// SPDX-License-Identifier: GPL-3.0-or-later
// Which initializers of a graph training changes.
#pragma once

#include "graph/graph.h"

#include <map>
#include <optional>
#include <vector>

namespace hone
{

enum class ParameterRole
{
    Weight, // decays: the multiplying operand of Conv, ConvTranspose, Gemm, MatMul, RNN, GRU, LSTM
    Scale,  // normalization scales, PRelu slopes, factors of Mul
    Bias,
    Step,     // scales of FakeQuantize (graph/fake_quantize.h): stay positive
    Statistic // running mean or variance: updated by batches, no gradient
};

// Floating-point initializers by role, seen through nodes that only rearrange them (Transpose, Reshape, ...) or put them on a grid
// (FakeQuantize):
// weights, biases and scales of Conv, ConvTranspose, Gemm, MatMul, Einsum, RNN, GRU, LSTM, normalizations and PRelu, tables of
// Gather, and operands of Add, Sub, Mul, Div with more than one element; also where a sub-graph reads them. Scalars and shapes, scales or
// bounds in other places are constants.
std::map<ValueId, ParameterRole> findParameters(const Graph& graph);
// A quantized initializer that a DequantizeLinear with constant scale and zero point reads, and nobody else: it stands for real
// numbers, is a Weight (of rank 2 and more) or a Bias, and is trained as those numbers. The node; nothing for other values.
std::optional<NodeId> dequantizerOf(const Graph& graph, ValueId initializer);
// The parameters that a node reads, through rearranging nodes too.
std::vector<ValueId> parametersOf(const Graph& graph, NodeId node);

} // namespace hone
