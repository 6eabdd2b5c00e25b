// SPDX-License-Identifier: GPL-3.0-or-later
#include "autograd/torch_tensor.h"

#include "core/error.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace hone
{

namespace
{

constexpr std::pair<DType, at::ScalarType> native[] = {
    {DType::Float32, at::kFloat}, {DType::Float64, at::kDouble}, {DType::UInt8, at::kByte}, {DType::Int8, at::kChar},
    {DType::Int16, at::kShort},   {DType::Int32, at::kInt},      {DType::Int64, at::kLong}, {DType::Bool, at::kBool},
};

constexpr std::pair<DType, at::ScalarType> held[] = {
    {DType::Float16, at::kFloat},      {DType::BFloat16, at::kFloat},
    {DType::Float8E4M3FN, at::kFloat}, {DType::Float8E4M3FNUZ, at::kFloat},
    {DType::Float8E5M2, at::kFloat},   {DType::Float8E5M2FNUZ, at::kFloat},
    {DType::UInt16, at::kInt},         {DType::UInt32, at::kLong},
    {DType::UInt64, at::kLong},        {DType::Int4, at::kChar},
    {DType::UInt4, at::kByte},
};

constexpr std::pair<DType, at::ScalarType> halves[] = {{DType::Float16, at::kHalf}, {DType::BFloat16, at::kBFloat16}};

template<std::size_t count>
std::optional<at::ScalarType> lookUp(const std::pair<DType, at::ScalarType> (&table)[count], DType dtype)
{
    for (const auto& [ours, theirs] : table)
        if (ours == dtype)
            return theirs;
    return std::nullopt;
}

template<class From, class To>
at::Tensor widened(const Tensor& tensor, at::ScalarType type)
{
    at::Tensor wide = at::empty(tensor.shape(), type);
    std::ranges::transform(tensor.data<From>(), wide.data_ptr<To>(), [](From number) { return static_cast<To>(number); });
    return wide;
}

template<class To>
Tensor narrowed(const at::Tensor& x, DType dtype)
{
    const at::Tensor wide = x.to(at::kLong).contiguous();
    Tensor result(dtype, wide.sizes().vec());
    const auto* first = wide.data_ptr<std::int64_t>();
    std::transform(first, first + wide.numel(), result.mutableData<To>().begin(),
                   [](std::int64_t number) { return static_cast<To>(number); });
    return result;
}

// Bytes as they lie.
at::Tensor sameBytes(const Tensor& tensor, at::ScalarType type, Memory memory)
{
    auto* bytes = const_cast<std::byte*>(tensor.bytes().data());
    if (memory == Memory::Borrow)
        return at::from_blob(bytes, tensor.shape(), at::TensorOptions().dtype(type));
    at::Tensor own = at::empty(tensor.shape(), type);
    if (tensor.byteCount() > 0)
        std::memcpy(own.data_ptr(), bytes, tensor.byteCount());
    return own;
}

Tensor sameBytes(const at::Tensor& plain, DType dtype)
{
    Tensor result(dtype, plain.sizes().vec());
    if (result.byteCount() > 0)
        std::memcpy(result.mutableBytes().data(), plain.data_ptr(), result.byteCount());
    return result;
}

at::Tensor eightBitFloats(const at::Tensor& x, DType dtype, Overflow overflow)
{
    const at::Tensor rounded = x.detach().to(at::kFloat).clone(at::MemoryFormat::Contiguous);
    auto* numbers = rounded.data_ptr<float>();
    std::transform(numbers, numbers + rounded.numel(), numbers, [&](float number) { return roundedToEightBits(number, dtype, overflow); });
    return rounded;
}

at::Tensor fromNarrow(const Tensor& tensor)
{
    if (isFourBit(tensor.dtype())) {
        const auto numbers = unpackedFourBits(tensor);
        at::Tensor wide = at::empty(tensor.shape(), tensor.dtype() == DType::Int4 ? at::kChar : at::kByte);
        if (!numbers.empty())
            std::memcpy(wide.data_ptr(), numbers.data(), numbers.size());
        return wide;
    }
    at::Tensor wide = at::empty(tensor.shape(), at::kFloat);
    std::ranges::transform(tensor.bytes(), wide.data_ptr<float>(),
                           [&](std::byte code) { return fromEightBits(std::to_integer<std::uint8_t>(code), tensor.dtype()); });
    return wide;
}

Tensor toNarrow(const at::Tensor& x, DType dtype)
{
    if (isFourBit(dtype)) {
        const at::Tensor plain = x.to(at::kChar).contiguous();
        const auto* first = plain.data_ptr<std::int8_t>();
        return packedFourBits(dtype, plain.sizes().vec(), {first, first + plain.numel()});
    }
    const at::Tensor plain = x.to(at::kFloat).contiguous();
    Tensor result(dtype, plain.sizes().vec());
    const auto* first = plain.data_ptr<float>();
    std::transform(first, first + plain.numel(), result.mutableBytes().begin(),
                   [dtype](float number) { return std::byte(toEightBits(roundedToEightBits(number, dtype, Overflow::Keep), dtype)); });
    return result;
}

} // namespace

std::optional<int> torchTypeOf(DType dtype)
{
    const auto type = lookUp(native, dtype);
    if (type)
        return static_cast<int>(*type);
    const auto holder = lookUp(held, dtype);
    return holder ? std::optional(static_cast<int>(*holder)) : std::nullopt;
}

DType dtypeOf(int torchType)
{
    for (const auto& [ours, theirs] : native)
        if (static_cast<int>(theirs) == torchType)
            return ours;
    for (const auto& [ours, theirs] : halves)
        if (static_cast<int>(theirs) == torchType)
            return ours;
    throw Error(MessageCode::InternalFault, {{"detail", "LibTorch's element type " + std::to_string(torchType)}});
}

at::Tensor castTo(const at::Tensor& x, DType dtype, Overflow overflow)
{
    const auto type = torchTypeOf(dtype);
    if (!type)
        throw Error(MessageCode::NotTrainable, {{"detail", std::string(name(dtype))}});
    if (isEightBitFloat(dtype))
        return eightBitFloats(x, dtype, overflow);
    if (isFourBit(dtype)) {
        const bool isSigned = dtype == DType::Int4;
        return x.to(at::kDouble).round().clamp(isSigned ? -8 : 0, isSigned ? 7 : 15).to(static_cast<at::ScalarType>(*type));
    }
    if (dtype == DType::UInt16)
        return x.to(at::kLong).bitwise_and(std::int64_t{0xffff}).to(at::kInt);
    if (dtype == DType::UInt32)
        return x.to(at::kLong).bitwise_and(std::int64_t{0xffffffff});
    return x.to(static_cast<at::ScalarType>(*type));
}

at::Tensor toTorch(const Tensor& tensor, Memory memory)
{
    const DType dtype = tensor.dtype();
    if (const auto type = lookUp(native, dtype))
        return sameBytes(tensor, *type, memory);
    if (const auto half = lookUp(halves, dtype))
        return sameBytes(tensor, *half, Memory::Borrow).to(at::kFloat);
    switch (dtype) {
    case DType::UInt16: return widened<std::uint16_t, std::int32_t>(tensor, at::kInt);
    case DType::UInt32: return widened<std::uint32_t, std::int64_t>(tensor, at::kLong);
    case DType::UInt64: return widened<std::uint64_t, std::int64_t>(tensor, at::kLong);
    default: break;
    }
    if (isEightBitFloat(dtype) || isFourBit(dtype))
        return fromNarrow(tensor);
    throw Error(MessageCode::NotTrainable, {{"detail", std::string(name(dtype))}});
}

Tensor fromTorch(const at::Tensor& x, DType declared)
{
    const at::Tensor plain = x.detach().contiguous();
    const bool isFloat = at::isFloatingType(plain.scalar_type());
    if (const auto half = lookUp(halves, declared); half && isFloat)
        return sameBytes(plain.to(*half), declared);
    switch (declared) {
    case DType::UInt16: return narrowed<std::uint16_t>(plain, declared);
    case DType::UInt32: return narrowed<std::uint32_t>(plain, declared);
    case DType::UInt64: return narrowed<std::uint64_t>(plain, declared);
    default: break;
    }
    if (isEightBitFloat(declared) || isFourBit(declared))
        return toNarrow(plain, declared);
    // Quantized numbers are held as floats, so that gradients pass through them.
    if (const auto type = lookUp(native, declared); type && isFloat && !isFloatingPoint(declared) && declared != DType::Bool)
        return sameBytes(plain.to(*type), declared);
    return sameBytes(plain, dtypeOf(static_cast<int>(plain.scalar_type())));
}

} // namespace hone
