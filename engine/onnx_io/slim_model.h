// SPDX-License-Identifier: GPL-3.0-or-later
// A serialized model without its weights: each large initializer says where in the file its bytes lie, as if they were external data.
// So weights go from the file into the memory that keeps them, once, and protobuf never holds them.
#pragma once

#include <optional>
#include <string>

namespace google::protobuf::io
{
class ZeroCopyInputStream;
}

namespace hone
{

// The location that stands for the model's own file; no file can have that name.
inline const std::string ownFileLocation(1, '\0');

// None where the model is large without its weights, too: it is then better parsed as it is. The bytes must have been found whole.
std::optional<std::string> slimModel(google::protobuf::io::ZeroCopyInputStream& bytes);

} // namespace hone
