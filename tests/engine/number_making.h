// SPDX-License-Identifier: GPL-3.0-or-later
// NPY and NPZ files for tests.
#pragma once

#include "core/tensor.h"

#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace hone
{

// Version 1 of the format, as numpy.save writes it.
inline std::string npyFile(const std::string& descr, const std::string& shape, const std::string& data, bool fortranOrder = false)
{
    auto header = "{'descr': '" + descr + "', 'fortran_order': " + (fortranOrder ? "True" : "False") + ", 'shape': " + shape + ", }";
    header += std::string((64 - (10 + header.size() + 1) % 64) % 64, ' ') + "\n";
    std::string file = "\x93NUMPY";
    file += '\1';
    file += '\0';
    file += char(header.size() & 0xFF);
    file += char(header.size() >> 8);
    return file + header + data;
}

template<class T>
std::string npyOf(const Dimensions& shape, const std::vector<T>& values)
{
    const char* descr = std::is_same_v<T, float>          ? "<f4"
                        : std::is_same_v<T, double>       ? "<f8"
                        : std::is_same_v<T, std::uint8_t> ? "|u1"
                                                          : "<i8";
    std::string extents = "(";
    for (const auto extent : shape)
        extents += std::to_string(extent) + ", ";
    return npyFile(descr, extents + ")", std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)));
}

// A zip archive of stored entries (PKWARE's APPNOTE.TXT), as numpy.savez writes it.
inline void writeNpz(const std::filesystem::path& path, const std::vector<std::pair<std::string, std::string>>& arrays)
{
    const auto number = [](std::uint32_t value, int width) {
        std::string bytes;
        for (int i = 0; i < width; ++i)
            bytes += char(value >> (8 * i));
        return bytes;
    };
    std::string file, directory;
    for (const auto& [array, bytes] : arrays) {
        const auto name = array + ".npy";
        const auto checksum = std::uint32_t(crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), uInt(bytes.size())));
        const auto size = std::uint32_t(bytes.size());
        const auto common = number(20, 2) + number(0, 2) + number(0, 2) + number(0, 4) + number(checksum, 4) + number(size, 4) +
                            number(size, 4) + number(std::uint32_t(name.size()), 2) + number(0, 2);
        directory += number(0x02014B50, 4) + number(20, 2) + common + number(0, 2) + number(0, 2) + number(0, 2) + number(0, 4) +
                     number(std::uint32_t(file.size()), 4) + name;
        file += number(0x04034B50, 4) + common + name + bytes;
    }
    const auto count = std::uint32_t(arrays.size());
    const auto end = number(0x06054B50, 4) + number(0, 4) + number(count, 2) + number(count, 2) +
                     number(std::uint32_t(directory.size()), 4) + number(std::uint32_t(file.size()), 4) + number(0, 2);
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << file << directory << end;
}

} // namespace hone
