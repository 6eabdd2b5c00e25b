// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor.h"

#include "core/error.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace hone
{
namespace
{

struct DTypeFacts
{
    std::string_view name;
    std::size_t bits;
};

DTypeFacts facts(DType dtype)
{
    switch (dtype) {
    case DType::Undefined: return {"undefined", 0};
    case DType::Float32: return {"float32", 32};
    case DType::UInt8: return {"uint8", 8};
    case DType::Int8: return {"int8", 8};
    case DType::UInt16: return {"uint16", 16};
    case DType::Int16: return {"int16", 16};
    case DType::Int32: return {"int32", 32};
    case DType::Int64: return {"int64", 64};
    case DType::String: return {"string", 0};
    case DType::Bool: return {"bool", 8};
    case DType::Float16: return {"float16", 16};
    case DType::Float64: return {"float64", 64};
    case DType::UInt32: return {"uint32", 32};
    case DType::UInt64: return {"uint64", 64};
    case DType::Complex64: return {"complex64", 64};
    case DType::Complex128: return {"complex128", 128};
    case DType::BFloat16: return {"bfloat16", 16};
    case DType::Float8E4M3FN: return {"float8e4m3fn", 8};
    case DType::Float8E4M3FNUZ: return {"float8e4m3fnuz", 8};
    case DType::Float8E5M2: return {"float8e5m2", 8};
    case DType::Float8E5M2FNUZ: return {"float8e5m2fnuz", 8};
    case DType::UInt4: return {"uint4", 4};
    case DType::Int4: return {"int4", 4};
    case DType::Float4E2M1: return {"float4e2m1", 4};
    }
    return {"unknown", 0};
}

std::size_t bytesFor(DType dtype, std::int64_t elements)
{
    const auto bits = elementBits(dtype);
    if (bits != 0 && static_cast<std::uint64_t>(elements) > (std::uint64_t{1} << 60) / bits)
        throw Error(MessageCode::ModelTooLarge, {{"path", ""}, {"detail", std::to_string(elements) + " elements"}});
    return (static_cast<std::size_t>(elements) * bits + 7) / 8;
}

std::shared_ptr<std::byte> allocate(std::size_t count)
{
    std::shared_ptr<std::byte> bytes(static_cast<std::byte*>(::operator new(count + 1, std::align_val_t(64))),
                                     [](std::byte* p) { ::operator delete(p, std::align_val_t(64)); });
    return bytes;
}

float fromHalf(std::uint16_t half)
{
    const std::uint32_t sign = (half & 0x8000u) << 16;
    const std::uint32_t exponent = (half >> 10) & 0x1Fu;
    std::uint32_t mantissa = half & 0x3FFu;
    if (exponent == 0x1F)
        return std::bit_cast<float>(sign | 0x7F800000u | (mantissa << 13));
    if (exponent != 0)
        return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
    return sign ? -magnitude : magnitude;
}

template<class Out, class In>
void convert(const Tensor& tensor, std::vector<Out>& out)
{
    std::ranges::transform(tensor.data<In>(), out.begin(), [](In value) { return static_cast<Out>(value); });
}

std::span<const std::uint16_t> halves(const Tensor& tensor)
{
    return {reinterpret_cast<const std::uint16_t*>(tensor.bytes().data()), static_cast<std::size_t>(tensor.size())};
}

template<class Out>
std::vector<Out> convertAny(const Tensor& tensor)
{
    std::vector<Out> out(static_cast<std::size_t>(tensor.size()));
    switch (tensor.dtype()) {
    case DType::Float32: convert<Out, float>(tensor, out); break;
    case DType::Float64: convert<Out, double>(tensor, out); break;
    case DType::UInt8: convert<Out, std::uint8_t>(tensor, out); break;
    case DType::Int8: convert<Out, std::int8_t>(tensor, out); break;
    case DType::UInt16: convert<Out, std::uint16_t>(tensor, out); break;
    case DType::Int16: convert<Out, std::int16_t>(tensor, out); break;
    case DType::UInt32: convert<Out, std::uint32_t>(tensor, out); break;
    case DType::Int32: convert<Out, std::int32_t>(tensor, out); break;
    case DType::UInt64: convert<Out, std::uint64_t>(tensor, out); break;
    case DType::Int64: convert<Out, std::int64_t>(tensor, out); break;
    case DType::Bool: convert<Out, bool>(tensor, out); break;
    case DType::Float16:
        std::ranges::transform(halves(tensor), out.begin(), [](std::uint16_t h) { return static_cast<Out>(fromHalf(h)); });
        break;
    case DType::BFloat16:
        std::ranges::transform(halves(tensor), out.begin(),
                               [](std::uint16_t h) { return static_cast<Out>(std::bit_cast<float>(static_cast<std::uint32_t>(h) << 16)); });
        break;
    default: throw Error(MessageCode::InternalFault, {{"detail", "no numbers in a tensor of " + std::string(name(tensor.dtype()))}});
    }
    return out;
}

} // namespace

std::string_view name(DType dtype)
{
    return facts(dtype).name;
}

std::size_t elementBits(DType dtype)
{
    return facts(dtype).bits;
}

bool isFloatingPoint(DType dtype)
{
    return dtype == DType::Float32 || dtype == DType::Float64 || dtype == DType::Float16 || dtype == DType::BFloat16;
}

std::int64_t elementCount(std::span<const std::int64_t> shape)
{
    std::int64_t count = 1;
    for (const auto dimension : shape) {
        if (dimension < 0 || __builtin_mul_overflow(count, dimension, &count))
            throw Error(MessageCode::ModelTooLarge, {{"path", ""}, {"detail", "a tensor of shape " + toText(shape)}});
    }
    return count;
}

std::string toText(std::span<const std::int64_t> shape)
{
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

Tensor::Tensor(DType dtype, Dimensions shape)
    : m_dtype(dtype),
      m_shape(std::move(shape)),
      m_size(elementCount(m_shape)),
      m_byteCount(bytesFor(dtype, m_size))
{
    auto bytes = allocate(m_byteCount);
    std::memset(bytes.get(), 0, m_byteCount);
    m_bytes = std::move(bytes);
}

Tensor::Tensor(DType dtype, Dimensions shape, std::shared_ptr<const std::byte> bytes, std::size_t byteCount)
    : m_dtype(dtype),
      m_shape(std::move(shape)),
      m_size(elementCount(m_shape)),
      m_byteCount(bytesFor(dtype, m_size)),
      m_bytes(std::move(bytes))
{
    if (byteCount != m_byteCount)
        throw Error(MessageCode::ModelInvalid, {{"path", ""},
                                                {"detail", "a tensor of shape " + toText(m_shape) + " holds " + std::to_string(byteCount) +
                                                               " bytes, not " + std::to_string(m_byteCount)}});
}

Tensor Tensor::ofStrings(Dimensions shape, std::vector<std::string> values)
{
    Tensor tensor(DType::String, std::move(shape));
    values.resize(static_cast<std::size_t>(tensor.m_size));
    tensor.m_strings = std::make_shared<const std::vector<std::string>>(std::move(values));
    return tensor;
}

std::span<std::byte> Tensor::mutableBytes()
{
    if (m_bytes.use_count() > 1 || !m_bytes) {
        auto own = allocate(m_byteCount);
        if (m_bytes)
            std::memcpy(own.get(), m_bytes.get(), m_byteCount);
        m_bytes = std::move(own);
    }
    return {const_cast<std::byte*>(m_bytes.get()), m_byteCount};
}

const std::vector<std::string>& Tensor::strings() const
{
    static const std::vector<std::string> none;
    return m_strings ? *m_strings : none;
}

Tensor Tensor::reshaped(Dimensions shape) const
{
    if (elementCount(shape) != m_size)
        throw Error(MessageCode::InternalFault, {{"detail", "reshape of " + toText(m_shape) + " to " + toText(shape)}});
    Tensor other = *this;
    other.m_shape = std::move(shape);
    return other;
}

bool Tensor::operator==(const Tensor& other) const
{
    return m_dtype == other.m_dtype && m_shape == other.m_shape && std::ranges::equal(bytes(), other.bytes()) &&
           strings() == other.strings();
}

void Tensor::requireType(DType dtype) const
{
    if (m_dtype != dtype)
        throw Error(MessageCode::InternalFault,
                    {{"detail", "a tensor of " + std::string(name(m_dtype)) + " was read as " + std::string(name(dtype))}});
}

std::vector<float> toFloats(const Tensor& tensor)
{
    return convertAny<float>(tensor);
}

std::vector<std::int64_t> toInt64s(const Tensor& tensor)
{
    return convertAny<std::int64_t>(tensor);
}

} // namespace hone
