// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/jpeg_decoder.h"

#include <cstdio> // jpeglib.h wants it

#include <jpeglib.h>

#include <algorithm>
#include <csetjmp>
#include <string_view>

namespace hone
{
namespace
{

constexpr std::size_t mostPixels = std::size_t{1} << 30; // as OpenCV allows

// libjpeg reports by calling back, and must not be returned to after an error.
struct Decompressor
{
    Decompressor()
    {
        info.err = jpeg_std_error(&errors);
        errors.error_exit = [](j_common_ptr common) { std::longjmp(static_cast<Decompressor*>(common->client_data)->back, 1); };
        errors.output_message = [](j_common_ptr) {};
        info.client_data = this; // jpeg_create_decompress keeps these two
        jpeg_create_decompress(&info);
    }
    ~Decompressor() { jpeg_destroy_decompress(&info); }
    Decompressor(const Decompressor&) = delete;
    Decompressor& operator=(const Decompressor&) = delete;

    jpeg_decompress_struct info = {};
    jpeg_error_mgr errors = {};
    std::jmp_buf back = {};
};

bool hasExif(std::span<const unsigned char> bytes)
{
    constexpr std::string_view mark("Exif\0\0", 6);
    constexpr std::size_t reach = 1 << 17; // segments before the picture; what lies further is taken for none
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), std::min(bytes.size(), reach));
    return text.find(mark) != text.npos;
}

} // namespace

std::optional<Picture> decodeJpeg(std::span<const unsigned char> bytes)
{
    if (bytes.size() < 4 || bytes[0] != 0xFF || bytes[1] != 0xD8 || hasExif(bytes))
        return std::nullopt;
    Picture picture; // before the jump's target, so that nothing is left undestroyed
    Decompressor jpeg;
    auto& info = jpeg.info;
    if (setjmp(jpeg.back))
        return std::nullopt;
    jpeg_mem_src(&info, bytes.data(), bytes.size());
    if (jpeg_read_header(&info, TRUE) != JPEG_HEADER_OK)
        return std::nullopt;
    const bool gray = info.jpeg_color_space == JCS_GRAYSCALE;
    const bool colour = info.jpeg_color_space == JCS_YCbCr || info.jpeg_color_space == JCS_RGB;
    if ((!gray && !colour) || std::size_t(info.image_width) * info.image_height > mostPixels)
        return std::nullopt;
    info.out_color_space = gray ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_start_decompress(&info);
    picture.width = int(info.output_width);
    picture.height = int(info.output_height);
    picture.channels = gray ? 1 : 3;
    const std::size_t rowBytes = std::size_t(picture.width) * picture.channels;
    picture.pixels.resize(rowBytes * picture.height);
    while (info.output_scanline < info.output_height) {
        JSAMPROW row = picture.pixels.data() + info.output_scanline * rowBytes;
        jpeg_read_scanlines(&info, &row, 1);
    }
    jpeg_finish_decompress(&info);
    return picture;
}

} // namespace hone
