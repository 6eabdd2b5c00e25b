// SPDX-License-Identifier: GPL-3.0-or-later
// ONNX's TensorProto <-> Tensor.
#pragma once

#include "core/tensor.h"
#include "onnx_io/external_data.h"

#include <string>

namespace onnx
{
class SparseTensorProto;
class TensorProto;
} // namespace onnx

namespace hone
{

// Throws Error(ModelInvalid) for a number that isn't ONNX's.
DType dtypeOf(int elementType, const std::string& owner);

// Takes raw data out of the message, so that nothing large is copied, and empties it. owner names the tensor in errors.
// Counts are checked before anything is allocated. Throws Error(ModelInvalid, ModelTooLarge) and what ExternalData throws.
Tensor readTensor(onnx::TensorProto& proto, ExternalData& external, const std::string& owner);

// The same as a dense tensor: zeros but for the elements that are given. Throws what readTensor throws; ModelTooLarge also where
// hardly anything is given of a large tensor.
Tensor readSparseTensor(onnx::SparseTensorProto& proto, ExternalData& external, const std::string& owner);

// Little-endian raw data, text as text.
void writeTensor(const Tensor& tensor, onnx::TensorProto& proto);

} // namespace hone
