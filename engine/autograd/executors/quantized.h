// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers of quantized tensors. They are held as floats, so that gradients pass straight through rounding and stop where it saturates.
#pragma once

#include "autograd/executors/support.h"

#include <optional>

namespace hone
{

// The lowest and highest number of a type that Hone quantizes to; nothing for others.
struct QuantizedRange
{
    double lowest, highest;
};
std::optional<QuantizedRange> quantizedRange(DType dtype);

// scale or zero point laid along an axis of x: a scalar stays one, [n] becomes [1, n, 1...], and with a block size each element
// counts for so many of x's.
at::Tensor alongAxis(const at::Tensor& parameter, const at::Tensor& x, std::int64_t axis, std::int64_t block = 0);

// y = saturate(round(x / scale) + zero point)
at::Tensor quantized(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& zeroPoint, DType dtype);

// The zero point at input i in the type of `like`, or 0.
at::Tensor zeroPointAt(const NodeRun& run, std::size_t i, const at::Tensor& like);

} // namespace hone
