// SPDX-License-Identifier: GPL-3.0-or-later
// Weights in four bits: each block of neighbours has a scale and a zero point of its own,
// real = scale * (integer - zeroPoint) with integers from 0 to 15 (ONNX's DequantizeLinear 21 on uint4; MatMulNBits of ONNX Runtime).
// Zero points cost 4 bits a block, 2 % of what a block of 32 takes, and lose less than a grid around 0, of whose 16 steps a block that
// leans to one side leaves half unused.
#pragma once

#include "core/tensor.h"

#include <cstdint>
#include <span>
#include <vector>

namespace hone
{

// A matrix [rows, length] whose rows are cut into blocks of `blockSize`; the last block of a row may be shorter.
struct BlockedRows
{
    std::int64_t rows = 0;
    std::int64_t length = 0;
    std::int64_t blockSize = 0;
    std::vector<std::uint8_t> values;     // 0 to 15, [rows, length]
    std::vector<float> scales;            // [rows, blocksPerRow()]
    std::vector<std::uint8_t> zeroPoints; // 0 to 15, likewise

    std::int64_t blocksPerRow() const { return (length + blockSize - 1) / blockSize; }
    float real(std::int64_t row, std::int64_t column) const;
};

struct BlockScheme
{
    std::int64_t rows = 0;
    std::int64_t length = 0;
    std::int64_t blockSize = 32; // at least 1
};

// The grid of each block is that of the least squared error among some that reach from the block's lowest to its highest value (0 always
// among them), shrunk by a few factors and moved by a step, each then with the scale that fits its integers best:
// scale = sum w (q - z) / sum (q - z)^2. `matrix` has rows * length elements, row by row.
// Throws Error(InternalFault) where a weight is not finite.
BlockedRows quantizeBlocks(std::span<const float> matrix, const BlockScheme& scheme);

// Two a byte, the first in the low half (ONNX's uint4). `values` go into a tensor of that shape as they lie.
Tensor packedNibbles(std::span<const std::uint8_t> values, const Dimensions& shape);

// The inputs of com.microsoft's MatMulNBits for y = x W with W [length, rows] transposed as above: B [rows, blocks, blockSize / 2], short
// blocks filled with their zero point; scales [rows * blocks]; zero points [rows, ceil(blocks / 2)], the spare half byte 8.
struct MatMulBlocks
{
    Tensor weights;    // uint8
    Tensor scales;     // float32
    Tensor zeroPoints; // uint8
};
MatMulBlocks matMulBlocks(const BlockedRows& rows);

} // namespace hone
