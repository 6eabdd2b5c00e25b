// SPDX-License-Identifier: GPL-3.0-or-later
// Dynamic INT8: weights are integers in the file, an activation becomes uint8 while the model runs, on the grid of its own lowest and
// highest value (ONNX's DynamicQuantizeLinear). No data are needed.
//
// MatMul and Gemm: y = (MatMulInteger(q, W, z) as float) * (s * sW) [+ bias], which ONNX Runtime fuses into one node
// (DynamicQuantizeMatMul, or MatMulIntegerToFloat where layers share an activation). Conv: likewise with ConvInteger.
// LSTM: com.microsoft's DynamicQuantizeLSTM. Whatever else multiplies (ConvTranspose, GRU, RNN, products of two activations) stays float
// and is named.
#pragma once

#include "quantize/quantize.h"

namespace hone
{

// A graph as prepareForQuantization() leaves it. Throws Error(NothingToQuantize).
QuantizeResult quantizeDynamically(const Graph& prepared, const QuantizeOptions& options, const JobContext& job);

} // namespace hone
