// SPDX-License-Identifier: GPL-3.0-or-later
#include "project/deflated_size.h"

#include "core/error.h"

#include <zlib.h>

#include <algorithm>
#include <array>

namespace hone
{

std::int64_t deflatedSize(std::string_view bytes)
{
    constexpr std::size_t mostAtOnce = std::size_t{1} << 30; // zlib counts in 32 bits
    z_stream stream{};
    if (deflateInit2(&stream, 6, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL - 1, Z_DEFAULT_STRATEGY) != Z_OK)
        throw Error(MessageCode::InternalFault, {{"detail", "there is not enough memory to compress"}});
    std::array<Bytef, 65536> out{};
    std::int64_t size = 0;
    do {
        const auto part = bytes.substr(0, mostAtOnce);
        bytes.remove_prefix(part.size());
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(part.data()));
        stream.avail_in = static_cast<uInt>(part.size());
        do {
            stream.next_out = out.data();
            stream.avail_out = static_cast<uInt>(out.size());
            deflate(&stream, bytes.empty() ? Z_FINISH : Z_NO_FLUSH);
            size += static_cast<std::int64_t>(out.size() - stream.avail_out);
        } while (stream.avail_out == 0);
    } while (!bytes.empty());
    deflateEnd(&stream);
    return size;
}

} // namespace hone
