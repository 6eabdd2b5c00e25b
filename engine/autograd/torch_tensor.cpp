// SPDX-License-Identifier: GPL-3.0-or-later
#include "autograd/torch_tensor.h"

#include "autograd/torch_graph.h"
#include "core/error.h"

#include <ATen/ATen.h>

#include <cstring>
#include <utility>

namespace hone
{

namespace
{

constexpr std::pair<DType, at::ScalarType> types[] = {
    {DType::Float32, at::kFloat}, {DType::Float64, at::kDouble}, {DType::Float16, at::kHalf},
    {DType::BFloat16, at::kBFloat16}, {DType::UInt8, at::kByte}, {DType::Int8, at::kChar},
    {DType::Int16, at::kShort}, {DType::Int32, at::kInt}, {DType::Int64, at::kLong}, {DType::Bool, at::kBool},
};

} // namespace

std::optional<int> torchTypeOf(DType dtype)
{
    for (const auto& [ours, theirs] : types)
        if (ours == dtype)
            return static_cast<int>(theirs);
    return std::nullopt;
}

DType dtypeOf(int torchType)
{
    for (const auto& [ours, theirs] : types)
        if (static_cast<int>(theirs) == torchType)
            return ours;
    throw Error(MessageCode::InternalFault, {{"detail", "LibTorch's element type " + std::to_string(torchType)}});
}

at::Tensor toTorch(const Tensor& tensor, Memory memory)
{
    const auto type = torchTypeOf(tensor.dtype());
    if (!type)
        throw Error(MessageCode::NotTrainable, {{"detail", std::string(name(tensor.dtype()))}});
    const auto options = at::TensorOptions().dtype(static_cast<at::ScalarType>(*type));
    auto* bytes = const_cast<std::byte*>(tensor.bytes().data());
    if (memory == Memory::Borrow)
        return at::from_blob(bytes, tensor.shape(), options);
    at::Tensor own = at::empty(tensor.shape(), options);
    if (tensor.byteCount() > 0)
        std::memcpy(own.data_ptr(), bytes, tensor.byteCount());
    return own;
}

Tensor fromTorch(const at::Tensor& tensor)
{
    const at::Tensor plain = tensor.detach().contiguous();
    Tensor result(dtypeOf(static_cast<int>(plain.scalar_type())), plain.sizes().vec());
    if (result.byteCount() > 0)
        std::memcpy(result.mutableBytes().data(), plain.data_ptr(), result.byteCount());
    return result;
}

} // namespace hone
