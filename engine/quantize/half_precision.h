// SPDX-License-Identifier: GPL-3.0-or-later
// Weights and computation in float16 (IEEE 754 binary16); the model's inputs and outputs stay float32, with a Cast at the ends. Operators
// that would lose too much stay float32, with a Cast on either side (half_precision.cpp lists them with the reasons); so do nodes
// with a constant beyond 65504, which a notice names. ONNX Runtime converts by itself around operators that a processor lacks in half.
#pragma once

#include "quantize/quantize.h"

#include <cstdint>
#include <optional>

namespace hone
{

// To nearest, ties to even; beyond 65504 infinity, below 2^-25 zero.
std::uint16_t toHalfBits(float value);
Tensor toHalves(const Tensor& floats);

// What is told where a processor computes layers in float32 that the file has in half; none where it computes in half. `optimized`: what
// ONNX Runtime made of the result here (kernels.h).
std::optional<Message> widenedNotice(const QuantizeResult& half, const Graph& optimized);

// A graph as prepareForQuantization() leaves it. floatNodes: layers with weights that stay float32.
// Throws Error(NothingToQuantize) where no layer with constant float32 weights could be changed.
QuantizeResult toHalfPrecision(const Graph& prepared, const JobContext& job);

} // namespace hone
