// SPDX-License-Identifier: GPL-3.0-or-later
#include "autograd/narrow_types.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace hone
{

namespace
{

// ONNX, "Float stored in 8 bits": FN has no infinity; FNUZ has no negative zero either, its code means "not a number".
struct EightBitFormat
{
    int mantissaBits;
    int bias;
    float largest;
    bool hasInfinity;
    bool hasNegativeZero;
};

EightBitFormat formatOf(DType dtype)
{
    switch (dtype) {
    case DType::Float8E4M3FN: return {3, 7, 448, false, true};
    case DType::Float8E4M3FNUZ: return {3, 8, 240, false, false};
    case DType::Float8E5M2: return {2, 15, 57344, true, true};
    default: return {2, 16, 57344, false, false};
    }
}

float magnitudeOf(std::uint8_t code, const EightBitFormat& format)
{
    const int mantissa = code & ((1 << format.mantissaBits) - 1);
    const int exponent = (code & 0x7f) >> format.mantissaBits;
    const float step = std::ldexp(1.0f, std::max(exponent, 1) - format.bias - format.mantissaBits);
    return step * static_cast<float>(mantissa + (exponent > 0 ? 1 << format.mantissaBits : 0));
}

} // namespace

bool isEightBitFloat(DType dtype)
{
    return dtype >= DType::Float8E4M3FN && dtype <= DType::Float8E5M2FNUZ;
}

bool isFourBit(DType dtype)
{
    return dtype == DType::Int4 || dtype == DType::UInt4;
}

float roundedToEightBits(float number, DType dtype, Overflow overflow)
{
    const EightBitFormat format = formatOf(dtype);
    if (std::isnan(number))
        return number;
    const float magnitude = std::abs(number);
    float rounded = magnitude;
    if (std::isfinite(magnitude) && magnitude > 0) {
        const int exponent = std::max(std::ilogb(magnitude), 1 - format.bias);
        const float step = std::ldexp(1.0f, exponent - format.mantissaBits);
        rounded = std::nearbyint(magnitude / step) * step;
    }
    if (rounded > format.largest) {
        const float beyond = format.hasInfinity ? std::numeric_limits<float>::infinity() : std::numeric_limits<float>::quiet_NaN();
        rounded = overflow == Overflow::Saturate ? format.largest : beyond;
    }
    if (rounded == 0 && !format.hasNegativeZero)
        return 0;
    return std::copysign(rounded, number);
}

float fromEightBits(std::uint8_t code, DType dtype)
{
    const EightBitFormat format = formatOf(dtype);
    if (!format.hasNegativeZero && code == 0x80)
        return std::numeric_limits<float>::quiet_NaN();
    float magnitude = magnitudeOf(code, format);
    if (magnitude > format.largest)
        magnitude =
            format.hasInfinity && (code & 0x7f) == 0x7c ? std::numeric_limits<float>::infinity() : std::numeric_limits<float>::quiet_NaN();
    return (code & 0x80) != 0 ? -magnitude : magnitude;
}

std::uint8_t toEightBits(float number, DType dtype)
{
    const EightBitFormat format = formatOf(dtype);
    if (!format.hasNegativeZero && std::isnan(number))
        return 0x80;
    const auto sign = static_cast<std::uint8_t>(std::signbit(number) && (number != 0 || format.hasNegativeZero) ? 0x80 : 0);
    if (std::isnan(number))
        return sign | 0x7f;
    if (std::isinf(number))
        return static_cast<std::uint8_t>(sign | (format.hasInfinity ? 0x7c : 0x7f));
    std::uint8_t low = 0;
    std::uint8_t high = 0x7f;
    while (low < high) { // magnitudes grow with their codes
        const auto middle = static_cast<std::uint8_t>((low + high) / 2);
        if (magnitudeOf(middle, format) < std::abs(number))
            low = static_cast<std::uint8_t>(middle + 1);
        else
            high = middle;
    }
    return static_cast<std::uint8_t>(sign | low);
}

std::vector<std::int8_t> unpackedFourBits(const Tensor& tensor)
{
    std::vector<std::int8_t> numbers(static_cast<std::size_t>(tensor.size()));
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto pair = std::to_integer<std::uint8_t>(tensor.bytes()[i / 2]);
        const int nibble = i % 2 == 0 ? pair & 0xf : pair >> 4;
        numbers[i] = static_cast<std::int8_t>(tensor.dtype() == DType::Int4 && nibble > 7 ? nibble - 16 : nibble);
    }
    return numbers;
}

Tensor packedFourBits(DType dtype, Dimensions shape, const std::vector<std::int8_t>& numbers)
{
    Tensor tensor(dtype, std::move(shape));
    const auto bytes = tensor.mutableBytes();
    for (std::size_t i = 0; i < numbers.size(); ++i)
        bytes[i / 2] |= std::byte((numbers[i] & 0xf) << (i % 2 == 0 ? 0 : 4));
    return tensor;
}

} // namespace hone
