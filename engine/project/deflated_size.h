// SPDX-License-Identifier: GPL-3.0-or-later
// What a file takes once it is compressed, as packages and downloads are.
#pragma once

#include <cstdint>
#include <string_view>

namespace hone
{

// Bytes of its deflate stream (RFC 1951) at zlib's usual level 6.
std::int64_t deflatedSize(std::string_view bytes);

} // namespace hone
