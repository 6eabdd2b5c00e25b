// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/int4_blocks.h"

#include "core/error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace hone
{
namespace
{

constexpr int highest = 15;
constexpr std::uint8_t middle = 8; // MatMulNBits takes it for granted where there are no zero points

struct BlockGrid
{
    float scale = 1;
    int zeroPoint = middle;
};

int nearest(float value, const BlockGrid& grid)
{
    const double step = std::nearbyint(static_cast<double>(value / grid.scale)) + grid.zeroPoint;
    return static_cast<int>(std::clamp(step, 0.0, static_cast<double>(highest)));
}

double squaredError(std::span<const float> block, const BlockGrid& grid)
{
    double sum = 0;
    for (const float value : block) {
        const double difference = static_cast<double>(value) - static_cast<double>(grid.scale) * (nearest(value, grid) - grid.zeroPoint);
        sum += difference * difference;
    }
    return sum;
}

// The scale that fits the integers best which the grid gives; its own where they are all 0.
BlockGrid refitted(std::span<const float> block, const BlockGrid& grid)
{
    double products = 0;
    double squares = 0;
    for (const float value : block) {
        const double steps = nearest(value, grid) - grid.zeroPoint;
        products += static_cast<double>(value) * steps;
        squares += steps * steps;
    }
    const auto scale = squares > 0 ? static_cast<float>(products / squares) : grid.scale;
    return {scale >= std::numeric_limits<float>::min() ? scale : grid.scale, grid.zeroPoint};
}

BlockGrid bestGrid(std::span<const float> block)
{
    constexpr std::array shrinkFactors = {1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7};
    const auto [least, most] = std::ranges::minmax(block);
    const double low = std::min(0.0, static_cast<double>(least));
    const double high = std::max(0.0, static_cast<double>(most));
    const double width = high - low;
    if (!(width / highest >= std::numeric_limits<float>::min()))
        return {};
    BlockGrid best;
    double smallest = std::numeric_limits<double>::infinity();
    const auto consider = [&](const BlockGrid& grid) {
        if (const double error = squaredError(block, grid); error < smallest) {
            smallest = error;
            best = grid;
        }
    };
    const int zeroPoint = static_cast<int>(std::nearbyint(-low / width * highest));
    for (const double shrink : shrinkFactors)
        for (int moved = std::max(0, zeroPoint - 1); moved <= std::min(highest, zeroPoint + 1); ++moved) {
            const BlockGrid grid{static_cast<float>(width * shrink / highest), moved};
            consider(grid);
            consider(refitted(block, grid));
        }
    return best;
}

} // namespace

float BlockedRows::real(std::int64_t row, std::int64_t column) const
{
    const auto block = static_cast<std::size_t>(row * blocksPerRow() + column / blockSize);
    return scales[block] * static_cast<float>(values[static_cast<std::size_t>(row * length + column)] - zeroPoints[block]);
}

BlockedRows quantizeBlocks(std::span<const float> matrix, const BlockScheme& scheme)
{
    if (!std::ranges::all_of(matrix, [](float value) { return std::isfinite(value); }))
        throw Error(MessageCode::InternalFault, {{"detail", "a weight to be quantized is not a finite number"}});
    BlockedRows result{scheme.rows, scheme.length, scheme.blockSize, std::vector<std::uint8_t>(matrix.size()), {}, {}};
    for (std::int64_t row = 0; row < scheme.rows; ++row)
        for (std::int64_t begin = 0; begin < scheme.length; begin += scheme.blockSize) {
            const auto at = static_cast<std::size_t>(row * scheme.length + begin);
            const auto block = matrix.subspan(at, static_cast<std::size_t>(std::min(scheme.blockSize, scheme.length - begin)));
            const auto grid = bestGrid(block);
            for (std::size_t i = 0; i < block.size(); ++i)
                result.values[at + i] = static_cast<std::uint8_t>(nearest(block[i], grid));
            result.scales.push_back(grid.scale);
            result.zeroPoints.push_back(static_cast<std::uint8_t>(grid.zeroPoint));
        }
    return result;
}

Tensor packedNibbles(std::span<const std::uint8_t> values, const Dimensions& shape)
{
    Tensor result(DType::UInt4, shape);
    const auto bytes = result.mutableBytes();
    for (std::size_t i = 0; i < values.size(); ++i)
        bytes[i / 2] |= static_cast<std::byte>(values[i] << (i % 2 * 4));
    return result;
}

MatMulBlocks matMulBlocks(const BlockedRows& rows)
{
    const auto blocks = rows.blocksPerRow();
    const auto zeroBytes = (blocks + 1) / 2;
    MatMulBlocks result{Tensor(DType::UInt8, {rows.rows, blocks, rows.blockSize / 2}), Tensor::of<float>({rows.rows * blocks}, rows.scales),
                        Tensor(DType::UInt8, {rows.rows, zeroBytes})};
    const auto weights = result.weights.mutableData<std::uint8_t>();
    const auto zeroPoints = result.zeroPoints.mutableData<std::uint8_t>();
    const auto put = [](std::span<std::uint8_t> bytes, std::int64_t at, std::uint8_t value) {
        bytes[static_cast<std::size_t>(at / 2)] |= static_cast<std::uint8_t>(value << (at % 2 * 4));
    };
    const auto padded = blocks * rows.blockSize;
    for (std::int64_t row = 0; row < rows.rows; ++row) {
        for (std::int64_t block = 0; block < zeroBytes * 2; ++block)
            put(zeroPoints, row * zeroBytes * 2 + block,
                block < blocks ? rows.zeroPoints[static_cast<std::size_t>(row * blocks + block)] : middle);
        for (std::int64_t column = 0; column < padded; ++column)
            put(weights, row * padded + column,
                column < rows.length ? rows.values[static_cast<std::size_t>(row * rows.length + column)]
                                     : rows.zeroPoints[static_cast<std::size_t>(row * blocks + column / rows.blockSize)]);
    }
    return result;
}

} // namespace hone
