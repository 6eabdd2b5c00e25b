// SPDX-License-Identifier: GPL-3.0-or-later
// Decoded pictures one after the other, as `hone-runner evaluate` reads them: eight letters, then for each picture width, height
// and channels (32 bits each, little-endian) and its pixels. A width of zero ends it.
#pragma once

#include "preprocess/preprocess.h"

#include <istream>
#include <optional>
#include <string>

namespace hone
{

std::string pictureStreamBegin();
std::string pictureStreamEnd();
std::string toPictureStream(const Picture& picture);

class PictureStreamReader
{
public:
    // Reads the first letters. Throws Error(FileUnreadable).
    PictureStreamReader(std::istream& stream, std::string nameForErrors);
    // nullopt at the end. Throws Error(FileUnreadable) where it is cut short or holds what can't be a picture.
    std::optional<Picture> next();

private:
    [[noreturn]] void refuse(const std::string& reason) const;
    std::istream& m_stream;
    std::string m_name;
};

} // namespace hone
