// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluate/deflated_size.h"

#include "core/error.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace hone
{
namespace
{

constexpr std::int64_t pieceBytes = std::int64_t{1} << 20;
constexpr std::int64_t leastBytes = std::int64_t{1} << 16; // of a part: fewer say little

// Of a part of which only a share is compressed.
double estimated(const BytePart& part, double share)
{
    const auto wanted = std::max(leastBytes, static_cast<std::int64_t>(std::ceil(static_cast<double>(part.size) * share)));
    if (wanted >= part.size)
        return static_cast<double>(deflatedSize(part.read(0, part.size)));
    const std::int64_t pieces = (wanted + pieceBytes - 1) / pieceBytes;
    const std::int64_t each = wanted / pieces;
    double compressed = 0;
    for (std::int64_t i = 0; i < pieces; ++i) {
        const auto offset = pieces == 1 ? (part.size - each) / 2 : (part.size - each) / (pieces - 1) * i;
        compressed += static_cast<double>(deflatedSize(part.read(offset, each)));
    }
    return compressed / static_cast<double>(each * pieces) * static_cast<double>(part.size);
}

} // namespace

std::int64_t deflatedSize(const std::vector<BytePart>& parts, std::int64_t most)
{
    std::int64_t total = 0;
    for (const auto& part : parts)
        total += part.size;
    const double share = total <= most ? 1 : static_cast<double>(most) / static_cast<double>(total);
    double size = 0;
    for (const auto& part : parts)
        size += estimated(part, share);
    return std::llround(size);
}

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
