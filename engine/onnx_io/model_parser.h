// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes -> ONNX's ModelProto, with a reason where they aren't one. Everything is in memory once: a file is read through a small
// buffer, and what it holds of weights can be taken out of the message.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string_view>

namespace onnx
{
class ModelProto;
}

namespace hone
{

// protobuf's own limit for one message.
constexpr std::uint64_t mostModelBytes = std::numeric_limits<std::int32_t>::max();

[[noreturn]] void throwModelTooLarge(std::uint64_t bytes);

// The model has a graph. Errors carry an empty path, but for those about the file itself.
// Throws Error(FileNotFound, FileUnreadable, ModelEmpty, ModelNotOnnx, ModelTruncated, ModelInvalid, ModelTooLarge).
onnx::ModelProto parseModelFile(const std::filesystem::path& path);
onnx::ModelProto parseModelBytes(std::string_view bytes);

} // namespace hone
