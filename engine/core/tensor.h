// SPDX-License-Identifier: GPL-3.0-or-later
// A dense tensor value: element type, shape, and bytes shared between copies.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hone
{

// ONNX's element types (onnx.proto, TensorProto.DataType), by ONNX's numbers.
enum class DType
{
    Undefined = 0,
    Float32 = 1,
    UInt8 = 2,
    Int8 = 3,
    UInt16 = 4,
    Int16 = 5,
    Int32 = 6,
    Int64 = 7,
    String = 8, // kept as text, see Tensor::strings
    Bool = 9,
    Float16 = 10,
    Float64 = 11,
    UInt32 = 12,
    UInt64 = 13,
    Complex64 = 14,
    Complex128 = 15,
    BFloat16 = 16,
    Float8E4M3FN = 17,
    Float8E4M3FNUZ = 18,
    Float8E5M2 = 19,
    Float8E5M2FNUZ = 20,
    UInt4 = 21, // two elements a byte, the first in the low half
    Int4 = 22,
    Float4E2M1 = 23
};

std::string_view name(DType dtype);   // "float32", "int8", ...
std::size_t elementBits(DType dtype); // 32, 8, 4, ...; 0 for Undefined and String
bool isFloatingPoint(DType dtype);

template<class T>
struct DTypeOf;
template<>
struct DTypeOf<float>
{
    static constexpr DType value = DType::Float32;
};
template<>
struct DTypeOf<double>
{
    static constexpr DType value = DType::Float64;
};
template<>
struct DTypeOf<std::int8_t>
{
    static constexpr DType value = DType::Int8;
};
template<>
struct DTypeOf<std::uint8_t>
{
    static constexpr DType value = DType::UInt8;
};
template<>
struct DTypeOf<std::int16_t>
{
    static constexpr DType value = DType::Int16;
};
template<>
struct DTypeOf<std::uint16_t>
{
    static constexpr DType value = DType::UInt16;
};
template<>
struct DTypeOf<std::int32_t>
{
    static constexpr DType value = DType::Int32;
};
template<>
struct DTypeOf<std::uint32_t>
{
    static constexpr DType value = DType::UInt32;
};
template<>
struct DTypeOf<std::int64_t>
{
    static constexpr DType value = DType::Int64;
};
template<>
struct DTypeOf<std::uint64_t>
{
    static constexpr DType value = DType::UInt64;
};
template<>
struct DTypeOf<bool>
{
    static constexpr DType value = DType::Bool;
};

using Dimensions = std::vector<std::int64_t>;

// Product of the dimensions, 1 for a scalar. Throws Error(ModelTooLarge) on a negative dimension or overflow.
std::int64_t elementCount(std::span<const std::int64_t> shape);
std::string toText(std::span<const std::int64_t> shape); // "[1, 3, 32, 32]"

// Copies share bytes; writing through mutableData first makes the bytes this tensor's own (copy on write).
class Tensor
{
public:
    Tensor() = default;
    // Zero-filled.
    Tensor(DType dtype, Dimensions shape);
    // Adopts bytes, which may live in a mapped file; their count must match. Throws Error(ModelInvalid) if not.
    Tensor(DType dtype, Dimensions shape, std::shared_ptr<const std::byte> bytes, std::size_t byteCount);

    template<class T>
    static Tensor of(Dimensions shape, std::span<const T> values);
    template<class T>
    static Tensor of(Dimensions shape, const std::vector<T>& values)
    {
        return of<T>(std::move(shape), std::span<const T>(values));
    }
    template<class T>
    static Tensor scalar(T value)
    {
        return of<T>({}, std::span<const T>(&value, 1));
    }
    static Tensor ofStrings(Dimensions shape, std::vector<std::string> values);

    DType dtype() const { return m_dtype; }
    const Dimensions& shape() const { return m_shape; }
    std::int64_t rank() const { return static_cast<std::int64_t>(m_shape.size()); }
    std::int64_t size() const { return m_size; } // elements
    std::size_t byteCount() const { return m_byteCount; }
    bool isNull() const { return m_dtype == DType::Undefined; }

    std::span<const std::byte> bytes() const { return {m_bytes.get(), m_byteCount}; }
    std::span<std::byte> mutableBytes();
    template<class T>
    std::span<const T> data() const;
    template<class T>
    std::span<T> mutableData();
    const std::vector<std::string>& strings() const;

    // Same bytes, another shape with as many elements.
    Tensor reshaped(Dimensions shape) const;

    bool operator==(const Tensor& other) const; // type, shape and bytes

private:
    void requireType(DType dtype) const;

    DType m_dtype = DType::Undefined;
    Dimensions m_shape;
    std::int64_t m_size = 0;
    std::size_t m_byteCount = 0;
    std::shared_ptr<const std::byte> m_bytes;
    std::shared_ptr<const std::vector<std::string>> m_strings;
};

// Values converted element by element; halves are widened. Throws Error(InternalFault) for types without a number.
std::vector<float> toFloats(const Tensor& tensor);
std::vector<std::int64_t> toInt64s(const Tensor& tensor);

template<class T>
Tensor Tensor::of(Dimensions shape, std::span<const T> values)
{
    Tensor tensor(DTypeOf<T>::value, std::move(shape));
    auto target = tensor.mutableData<T>();
    for (std::size_t i = 0; i < target.size() && i < values.size(); ++i)
        target[i] = values[i];
    return tensor;
}

template<class T>
std::span<const T> Tensor::data() const
{
    requireType(DTypeOf<T>::value);
    return {reinterpret_cast<const T*>(m_bytes.get()), static_cast<std::size_t>(m_size)};
}

template<class T>
std::span<T> Tensor::mutableData()
{
    requireType(DTypeOf<T>::value);
    return {reinterpret_cast<T*>(mutableBytes().data()), static_cast<std::size_t>(m_size)};
}

} // namespace hone
