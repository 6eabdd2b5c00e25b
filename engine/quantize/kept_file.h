// SPDX-License-Identifier: GPL-3.0-or-later
// What is kept for the next time, in a file that says what it was made of: CBOR (RFC 8949), written whole or not at all.
#pragma once

#include "core/json.h"

#include <filesystem>
#include <optional>
#include <string>

namespace hone
{

// Where in such a folder: the first characters of the key (a hash), then the ending. Empty without a folder.
std::filesystem::path keptFile(const std::filesystem::path& folder, const std::string& key, const std::string& ending);
void writeKept(const std::filesystem::path& file, const std::string& key, Json content);
// None where there is no such file, it isn't one, or was made of something else (another key).
std::optional<Json> readKept(const std::filesystem::path& file, const std::string& key);

} // namespace hone
