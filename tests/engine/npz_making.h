// SPDX-License-Identifier: GPL-3.0-or-later
// NPZ files as NumPy's savez() writes them: NPY files in a zip archive, not compressed.
#pragma once

#include "core/tensor.h"

#include <zlib.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

namespace hone::testing
{

inline std::string littleEndian(std::uint64_t value, int bytes)
{
    std::string text;
    for (int i = 0; i < bytes; ++i)
        text += static_cast<char>(value >> 8 * i & 0xFF);
    return text;
}

// Version 1.0; float32 and int64.
inline std::string npyBytes(const Tensor& tensor)
{
    std::string shape;
    for (const auto extent : tensor.shape())
        shape += std::to_string(extent) + ", ";
    auto header = std::string("{'descr': '") + (tensor.dtype() == DType::Float32 ? "<f4" : "<i8") +
                  "', 'fortran_order': False, 'shape': (" + shape + "), }";
    while ((10 + header.size() + 1) % 64 != 0)
        header += ' ';
    header += '\n';
    const auto bytes = tensor.bytes();
    return std::string("\x93NUMPY\x01", 7) + std::string(1, '\0') + littleEndian(header.size(), 2) + header +
           std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

inline void writeNpz(const std::filesystem::path& file, const std::map<std::string, Tensor>& arrays)
{
    std::string archive, directory;
    for (const auto& [name, tensor] : arrays) {
        const auto bytes = npyBytes(tensor);
        const auto entry = name + ".npy";
        const auto crc = crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size()));
        const auto common = littleEndian(20, 2) + littleEndian(0, 2 + 2 + 2 + 2) + littleEndian(crc, 4) + littleEndian(bytes.size(), 4) +
                            littleEndian(bytes.size(), 4) + littleEndian(entry.size(), 2) + littleEndian(0, 2);
        directory += std::string("PK\x01\x02", 4) + littleEndian(20, 2) + common + littleEndian(0, 2 + 2 + 2 + 4) +
                     littleEndian(archive.size(), 4) + entry;
        archive += std::string("PK\x03\x04", 4) + common + entry + bytes;
    }
    const auto begin = archive.size();
    archive += directory + std::string("PK\x05\x06", 4) + littleEndian(0, 4) + littleEndian(arrays.size(), 2) +
               littleEndian(arrays.size(), 2) + littleEndian(directory.size(), 4) + littleEndian(begin, 4) + littleEndian(0, 2);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << archive;
}

} // namespace hone::testing
