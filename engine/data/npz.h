// SPDX-License-Identifier: GPL-3.0-or-later
// NPZ files: zip archives of NPY files. Internal to this room.
#pragma once

#include "preprocess/npy.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace hone
{

// Thread-safe. Throws Error(FileNotFound, FileUnreadable).
class NpzFile
{
public:
    explicit NpzFile(std::filesystem::path path);
    ~NpzFile();

    const std::vector<std::string>& names() const; // of the arrays, without ".npy"
    bool contains(const std::string& name) const;
    // From the array's beginning alone.
    NpyHeader header(const std::string& name) const;
    Tensor read(const std::string& name) const;

private:
    struct Archive;
    std::unique_ptr<Archive> m_archive;
};

// Throws Error(FileUnreadable) with the file and `why`.
[[noreturn]] void throwUnreadable(const std::filesystem::path& path, const std::string& why);

} // namespace hone
