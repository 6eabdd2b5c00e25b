// SPDX-License-Identifier: GPL-3.0-or-later
#include "picture_file.h"

#include "core/file.h"
#include "failure.h"

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_NO_HDR
#define STBI_NO_LINEAR
#define STBI_NO_STDIO
#define STBI_MAX_DIMENSIONS (1 << 15)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb/stb_image.h>
#pragma GCC diagnostic pop

#include <memory>

namespace hone::runner
{

Picture readPicture(const std::string& path)
{
    const auto bytes = readFile(path);
    struct Free
    {
        void operator()(unsigned char* pixels) const { stbi_image_free(pixels); }
    };
    Picture picture{.channels = 3};
    int channels = 0;
    const std::unique_ptr<unsigned char, Free> pixels(stbi_load_from_memory(reinterpret_cast<const unsigned char*>(bytes.data()),
                                                                            static_cast<int>(bytes.size()), &picture.width, &picture.height,
                                                                            &channels, picture.channels));
    if (!pixels)
        throw Failure(Failure::Kind::Input, path + " can't be read as a picture: " + stbi_failure_reason() + ".");
    picture.pixels.assign(pixels.get(), pixels.get() + static_cast<std::size_t>(picture.width) * picture.height * 3);
    return picture;
}

} // namespace hone::runner
