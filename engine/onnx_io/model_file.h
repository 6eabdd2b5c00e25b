// SPDX-License-Identifier: GPL-3.0-or-later
// A model's own file, open for reading.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace hone
{

class ModelFile
{
public:
    // Throws Error(FileNotFound), Error(FileUnreadable) also where it is no regular file.
    explicit ModelFile(std::filesystem::path path);
    ~ModelFile();
    ModelFile(const ModelFile&) = delete;
    ModelFile& operator=(const ModelFile&) = delete;

    std::uint64_t size() const { return m_size; }
    int descriptor() const { return m_descriptor; }
    // Throws Error(FileUnreadable) where the file has fewer bytes, or the disk fails.
    void readAt(std::uint64_t offset, std::span<std::byte> target) const;
    [[noreturn]] void throwUnreadable(const std::string& reason) const;

private:
    std::filesystem::path m_path;
    int m_descriptor;
    std::uint64_t m_size = 0;
};

} // namespace hone
