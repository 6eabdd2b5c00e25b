// SPDX-License-Identifier: GPL-3.0-or-later
// Picture files from and to bytes, through the module that holds OpenCV.
#pragma once

#include "preprocess/preprocess.h"

#include <optional>
#include <string>
#include <string_view>

namespace hone
{

// JPEG, PNG, BMP, WebP, TIFF and PNM by their content. Colour comes out as RGB, gray as one channel; 16 bits are reduced
// to 8, transparency is dropped (the colours under it stay), palettes are resolved. A picture is turned as its EXIF
// orientation says, so that a model sees it as people do. nullopt where it can't be decoded, and where a JPEG file ends
// before its picture does. Thread-safe. Throws Error(ModuleMissing).
std::optional<Picture> decodePicture(std::string_view bytes);

// The bytes of a PNG file. Throws Error(ModuleMissing, InternalFault).
std::string encodePng(const Picture& picture);

// Whether the end of a JPEG stream's picture is there: decoders fill up what is missing with gray and say nothing.
// True for bytes that aren't JPEG.
bool jpegIsWhole(std::string_view bytes);

// What the module exports, with C linkage: both are false on failure.
using DecodePictureFunction = bool(const unsigned char* bytes, std::size_t count, Picture& picture);
using EncodePngFunction = bool(const Picture& picture, std::string& bytes);

} // namespace hone
