// SPDX-License-Identifier: GPL-3.0-or-later
// Weights alone in fewer bits; activations stay float32, and no data are needed.
//
// 8 bits: int8 with one scale an output channel behind DequantizeLinear. The layer is computed in float; the file is smaller. It is as fast
// as float where weights are restored at load (core/stored_weights.h), half as fast where ONNX Runtime restores them in every run. 4 bits:
// MatMul and Gemm with a constant matrix become com.microsoft's MatMulNBits (Gemm's bias an Add behind it); other layers' weights become
// uint4 in blocks behind DequantizeLinear (operator set 21) and are computed in float. Where blocks along the input axis alone would be
// more than along all that an output channel reads (a kernel of few input channels), the weights lie as a matrix [outputs, the rest] in the
// file and a Reshape gives them their shape. Rows of fewer than 16 weights (depthwise kernels) take 8 bits. Weights that this would not
// make smaller stay float.
#pragma once

#include "quantize/quantize.h"

namespace hone
{

// A graph as prepareForQuantization() leaves it. floatNodes: every layer that is computed in float, which its notice calls a choice for
// the file's size. Throws Error(NothingToQuantize, OpsetNotRaised).
QuantizeResult quantizeWeightsOnly(const Graph& prepared, const QuantizeOptions& options, const JobContext& job);

} // namespace hone
