// SPDX-License-Identifier: GPL-3.0-or-later
// Files: whole reads with clear errors, and writes that are there whole or not at all.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace hone
{

// Throws Error(FileNotFound, FileUnreadable); a folder counts as unreadable.
std::ifstream openForReading(const std::filesystem::path& path);
std::string readFile(const std::filesystem::path& path);

// Writes beside the target, flushes to the disk, renames. Throws Error(DiskFull, FileUnwritable); then nothing of it stays.
void writeFileAtomically(const std::filesystem::path& path, std::string_view bytes);

// A folder beside its destination that is renamed into place by commit() and removed with all it holds otherwise.
class StagingFolder
{
public:
    // destination's parent must exist. Throws Error(DiskFull, FileUnwritable).
    explicit StagingFolder(std::filesystem::path destination);
    ~StagingFolder();
    StagingFolder(const StagingFolder&) = delete;
    StagingFolder& operator=(const StagingFolder&) = delete;

    const std::filesystem::path& path() const { return m_path; }
    // Flushes every file, renames. Throws Error(OutputExists) where the destination has come to be meanwhile.
    void commit();

private:
    std::filesystem::path m_destination;
    std::filesystem::path m_path;
};

// A private folder below the system's temporary one, removed with all it holds when this goes.
class TemporaryFolder
{
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const { return m_path; }

private:
    std::filesystem::path m_path;
};

} // namespace hone
