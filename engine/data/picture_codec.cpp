// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/picture_codec.h"

#include "core/error.h"
#include "core/lazy_module.h"

namespace hone
{
namespace
{

constexpr std::size_t npos = std::string_view::npos;

// Where the next marker's second byte stands, from `at` on: 0xFF, any number of fill bytes, then neither 0 (a stuffed
// data byte) nor a restart marker (part of the data).
std::size_t nextMarker(std::string_view bytes, std::size_t at)
{
    while ((at = bytes.find('\xFF', at)) != npos) {
        while (at < bytes.size() && bytes[at] == '\xFF')
            ++at;
        if (at >= bytes.size())
            return npos;
        const auto code = static_cast<unsigned char>(bytes[at]);
        if (code != 0 && (code < 0xD0 || code > 0xD7))
            return at;
    }
    return npos;
}

} // namespace

// ITU-T T.81, annex B: segments state their length; entropy-coded data run up to the next marker.
bool jpegIsWhole(std::string_view bytes)
{
    constexpr unsigned char endOfImage = 0xD9, startOfImage = 0xD8;
    if (!bytes.starts_with("\xFF\xD8"))
        return true;
    for (std::size_t at = 2; (at = nextMarker(bytes, at)) != npos;) {
        const auto code = static_cast<unsigned char>(bytes[at++]);
        if (code == endOfImage)
            return true;
        if (code == startOfImage || code == 0x01)
            continue;
        if (at + 2 > bytes.size())
            return false;
        at += std::size_t(static_cast<unsigned char>(bytes[at])) << 8 | static_cast<unsigned char>(bytes[at + 1]);
    }
    return false;
}

std::optional<Picture> decodePicture(std::string_view bytes)
{
    static auto* const decode = lazyFunction<DecodePictureFunction>("picture_codec", "hone_decode_picture");
    Picture picture;
    if (bytes.empty() || !jpegIsWhole(bytes) || !decode(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), picture))
        return std::nullopt;
    return picture;
}

std::string encodePng(const Picture& picture)
{
    static auto* const encode = lazyFunction<EncodePngFunction>("picture_codec", "hone_encode_png");
    std::string bytes;
    if (!encode(picture, bytes))
        throw Error(MessageCode::InternalFault, {{"detail", "PNG encoder"}});
    return bytes;
}

} // namespace hone
