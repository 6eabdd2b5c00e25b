// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes -> ONNX's ModelProto, with a reason where they aren't one.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

namespace onnx
{
class ModelProto;
}

namespace hone
{

class ModelFile;

// protobuf's own limit for one message.
constexpr std::uint64_t mostModelBytes = std::numeric_limits<std::int32_t>::max();

[[noreturn]] void throwModelTooLarge(std::uint64_t bytes);

// The model has a graph. Errors carry an empty path, but for those about the file itself.
// Throws Error(FileUnreadable, ModelEmpty, ModelNotOnnx, ModelTruncated, ModelInvalid, ModelTooLarge).
// A file is read through a small buffer. Its large initializers are left where they lie, see slimModel().
onnx::ModelProto parseModelFile(const ModelFile& file);
onnx::ModelProto parseModelBytes(std::string_view bytes);

} // namespace hone
