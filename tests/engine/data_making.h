// SPDX-License-Identifier: GPL-3.0-or-later
// Small data sets for tests, made in a temporary folder.
#pragma once

#include "core/file.h"
#include "data/dataset.h"
#include "data/picture_codec.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace hone
{

inline void writeBytes(const std::filesystem::path& path, std::string_view bytes)
{
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
}

// Every pixel (value, value + 1, value + 2).
inline Picture flatPicture(int side, int value)
{
    Picture picture{side, side, 3, {}};
    for (int i = 0; i < side * side; ++i)
        for (int c = 0; c < 3; ++c)
            picture.pixels.push_back(std::uint8_t(value + c));
    return picture;
}

inline void writeFlatPicture(const std::filesystem::path& path, int value, int side = 4)
{
    writeBytes(path, encodePng(flatPicture(side, value)));
}

// `each` pictures a class, their values counting up from 0 in order of class and name (modulo 250).
inline void writeClassFolders(const std::filesystem::path& folder, const std::vector<std::string>& classes, int each)
{
    int value = 0;
    for (const auto& name : classes)
        for (int i = 0; i < each; ++i, ++value) {
            const auto number = std::to_string(i);
            writeFlatPicture(folder / name / (std::string(4 - number.size(), '0') + number + ".png"), value % 250);
        }
}

inline std::string bigEndian(std::uint32_t value)
{
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes += char(value >> shift & 0xFF);
    return bytes;
}

inline std::string idxImages(int count, int height, int width)
{
    std::string bytes =
        bigEndian(0x803) + bigEndian(std::uint32_t(count)) + bigEndian(std::uint32_t(height)) + bigEndian(std::uint32_t(width));
    for (int i = 0; i < count; ++i)
        bytes += std::string(std::size_t(height) * width, char(i));
    return bytes;
}

inline std::string idxLabels(const std::vector<int>& labels)
{
    std::string bytes = bigEndian(0x801) + bigEndian(std::uint32_t(labels.size()));
    for (const int label : labels)
        bytes += char(label);
    return bytes;
}

// Red 10, green 20, blue 30 more than `base`.
inline std::string cifarRecord(const std::string& labels, int base)
{
    return labels + std::string(1024, char(base + 10)) + std::string(1024, char(base + 20)) + std::string(1024, char(base + 30));
}

} // namespace hone
