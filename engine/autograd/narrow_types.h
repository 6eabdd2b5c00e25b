// SPDX-License-Identifier: GPL-3.0-or-later
// ONNX's element types of eight bits and fewer that no processor computes in: the eight-bit floats and the packed four-bit numbers.
#pragma once

#include "core/tensor.h"

#include <cstdint>
#include <vector>

namespace hone
{

// What becomes of a number that is too large for an eight-bit float (ONNX, operator Cast, attribute "saturate").
enum class Overflow
{
    Saturate, // the largest finite number
    Keep      // infinity, or not a number where the type has no infinity
};

bool isEightBitFloat(DType dtype);
bool isFourBit(DType dtype);

// The nearest number that the eight-bit float has, ties to even.
float roundedToEightBits(float number, DType dtype, Overflow overflow);
float fromEightBits(std::uint8_t code, DType dtype);
// Of a number that the type has.
std::uint8_t toEightBits(float number, DType dtype);

// One number a byte, and back. Four-bit elements lie two a byte, the first in the low half.
std::vector<std::int8_t> unpackedFourBits(const Tensor& tensor);
Tensor packedFourBits(DType dtype, Dimensions shape, const std::vector<std::int8_t>& numbers);

} // namespace hone
