// SPDX-License-Identifier: GPL-3.0-or-later
// What a file takes once it is compressed, as packages and downloads are.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace hone
{

// Bytes of its deflate stream (RFC 1951) at zlib's usual level 6.
std::int64_t deflatedSize(std::string_view bytes);

// Bytes that needn't all be in memory.
struct BytePart
{
    std::int64_t size = 0;
    std::function<std::string(std::int64_t offset, std::int64_t count)> read;
};

// Of parts that lie beside each other, together. So that gigabytes don't take minutes, no more than about `most` bytes are compressed: of
// more, evenly spread pieces of a megabyte stand for what is between them (deflate looks back by 32 KiB only, so that a piece says what it
// would be in the whole).
std::int64_t deflatedSize(const std::vector<BytePart>& parts, std::int64_t most = std::int64_t{32} << 20);

} // namespace hone
