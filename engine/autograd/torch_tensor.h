// SPDX-License-Identifier: GPL-3.0-or-later
// ONNX's element types as LibTorch's. Private to the lazy module "training".
#pragma once

#include "core/tensor.h"

#include <optional>

namespace hone
{

// The value of at::ScalarType, if LibTorch has the type.
std::optional<int> torchTypeOf(DType dtype);
// Throws Error(InternalFault) for a type that ONNX lacks.
DType dtypeOf(int torchType);

} // namespace hone
