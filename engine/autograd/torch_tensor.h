// SPDX-License-Identifier: GPL-3.0-or-later
// ONNX's tensors and element types as LibTorch's. Private to the lazy module "training".
//
// Not every type is held as itself. Halves (float16, bfloat16) are computed and trained in float32 and rounded when they leave;
// eight-bit floats likewise. Unsigned types that LibTorch lacks are held in the next wider signed one (64 bits: those below 2^63).
#pragma once

#include "autograd/narrow_types.h"
#include "core/tensor.h"

#include <optional>

namespace at
{
class Tensor;
}

namespace hone
{

// The value of the at::ScalarType that holds this type, if there is one.
std::optional<int> torchTypeOf(DType dtype);
// Throws Error(InternalFault) for a type that ONNX lacks.
DType dtypeOf(int torchType);

// What ONNX's operator Cast does, into the type that holds dtype.
at::Tensor castTo(const at::Tensor& x, DType dtype, Overflow overflow = Overflow::Saturate);

// Shares no memory with the tensor unless `borrow`, where its type is held as itself; then the tensor must outlive it.
enum class Memory
{
    Own,
    Borrow
};
at::Tensor toTorch(const Tensor& tensor, Memory memory);
// As the declared type, where x holds such numbers; as LibTorch's own where it is Undefined.
Tensor fromTorch(const at::Tensor& x, DType declared = DType::Undefined);

} // namespace hone
