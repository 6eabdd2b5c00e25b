// SPDX-License-Identifier: GPL-3.0-or-later
// Many pictures of one size in one file: records of raw pixels after a header, plain or gzipped (RFC 1952).
#pragma once

#include "data/sample_container.h"

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

namespace hone
{

struct RecordLayout
{
    std::size_t headerBytes = 0; // of the file
    std::size_t labelBytes = 0;  // at the start of each record
    int width = 0;
    int height = 0;
    int channels = 1; // stored plane after plane

    std::size_t pixelBytes() const { return std::size_t(width) * height * channels; }
    std::size_t recordBytes() const { return labelBytes + pixelBytes(); }
};

// Thread-safe. A plain file is read record by record, a gzipped one unpacked into memory at the first picture.
class PictureContainer : public SampleContainer
{
public:
    // Throws Error(FileNotFound, FileUnreadable).
    PictureContainer(std::filesystem::path path, const RecordLayout& layout);
    ~PictureContainer() override;

    const std::filesystem::path& path() const override { return m_path; }
    std::uint64_t fileBytes() const override { return m_fileBytes; }
    // nullopt where the file ends before the record does, or is damaged.
    std::optional<RawSample> sample(std::uint32_t record) const override;

private:
    std::filesystem::path m_path;
    RecordLayout m_layout;
    std::uint64_t m_fileBytes = 0;
    int m_file = -1;
    bool m_gzipped = false;
    mutable std::once_flag m_unpackOnce;
    mutable std::string m_unpacked;
};

// The first `limit` bytes of a plain or gzipped file; fewer where it is shorter or damaged further on.
// Throws Error(FileNotFound, FileUnreadable).
std::string readPlainOrGzipped(const std::filesystem::path& path, std::size_t limit);

} // namespace hone
