// SPDX-License-Identifier: GPL-3.0-or-later
// ONNX's TensorProto <-> Tensor.
#pragma once

#include "core/tensor.h"
#include "onnx_io/external_data.h"

#include <string>

namespace onnx
{
class TensorProto;
}

namespace hone
{

// Throws Error(ModelInvalid) for a number that isn't ONNX's.
DType dtypeOf(int elementType, const std::string& owner);

// Takes raw data out of the message, so that nothing large is copied. owner names the tensor in errors.
// Counts are checked before anything is allocated. Throws Error(ModelInvalid, ModelTooLarge) and what ExternalData throws.
Tensor readTensor(onnx::TensorProto& proto, ExternalData& external, const std::string& owner);

// Little-endian raw data, text as text.
void writeTensor(const Tensor& tensor, onnx::TensorProto& proto);

} // namespace hone
