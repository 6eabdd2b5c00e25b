// SPDX-License-Identifier: GPL-3.0-or-later
// JPEG through libjpeg, straight to RGB: OpenCV turns the channels round, and turning them back took a third of the time. Internal to the
// module that holds OpenCV.
#pragma once

#include "preprocess/sample.h"

#include <optional>
#include <span>

namespace hone
{

// Gray and RGB or YCbCr pictures. nullopt for what is left to OpenCV: other files, other colour spaces, files with Exif data (which may
// say how to turn the picture), and whatever libjpeg gives up on.
std::optional<Picture> decodeJpeg(std::span<const unsigned char> bytes);

} // namespace hone
