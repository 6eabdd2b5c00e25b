// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/file.h"

#include "core/error.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <system_error>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

[[noreturn]] void throwWriteError(const fs::path& path, int error)
{
    if (error == ENOSPC || error == EDQUOT)
        throw Error(MessageCode::DiskFull, {{"path", path.string()}});
    throw Error(MessageCode::FileUnwritable, {{"path", path.string()}, {"reason", std::strerror(error)}});
}

void flushToDisk(const fs::path& path)
{
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        throwWriteError(path, errno);
    const int failed = ::fsync(file) == 0 ? 0 : errno;
    ::close(file);
    // A file system without fsync for folders answers EINVAL; there is nothing more to ask of it.
    if (failed != 0 && failed != EINVAL)
        throwWriteError(path, failed);
}

// A file that is unlinked unless it was renamed away.
class TemporaryFile
{
public:
    explicit TemporaryFile(const fs::path& target) : m_target(target), m_path(target.string() + ".XXXXXX")
    {
        m_file = ::mkostemp(m_path.data(), O_CLOEXEC);
        if (m_file < 0)
            throwWriteError(target, errno);
    }
    ~TemporaryFile()
    {
        if (m_file >= 0)
            ::close(m_file);
        if (!m_path.empty())
            ::unlink(m_path.c_str());
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    void write(std::string_view bytes)
    {
        while (!bytes.empty()) {
            const auto written = ::write(m_file, bytes.data(), bytes.size());
            if (written < 0 && errno != EINTR)
                throwWriteError(m_target, errno);
            if (written > 0)
                bytes.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    void renameIntoPlace()
    {
        ::fchmod(m_file, 0644);
        if (::fsync(m_file) != 0)
            throwWriteError(m_target, errno);
        if (::rename(m_path.c_str(), m_target.c_str()) != 0)
            throwWriteError(m_target, errno);
        m_path.clear();
    }

private:
    fs::path m_target;
    std::string m_path;
    int m_file = -1;
};

} // namespace

std::ifstream openForReading(const fs::path& path)
{
    std::error_code ignored;
    if (!fs::exists(path, ignored))
        throw Error(MessageCode::FileNotFound, {{"path", path.string()}});
    if (fs::is_directory(path, ignored))
        throw Error(MessageCode::FileUnreadable, {{"path", path.string()}, {"reason", "it is a folder"}});
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw Error(MessageCode::FileUnreadable, {{"path", path.string()}, {"reason", std::strerror(errno)}});
    return file;
}

std::string readFile(const fs::path& path)
{
    auto file = openForReading(path);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    if (file.bad())
        throw Error(MessageCode::FileUnreadable, {{"path", path.string()}, {"reason", std::strerror(errno)}});
    return std::move(bytes).str();
}

void writeFileAtomically(const fs::path& path, std::string_view bytes)
{
    TemporaryFile file(path);
    file.write(bytes);
    file.renameIntoPlace();
    flushToDisk(path.has_parent_path() ? path.parent_path() : fs::path("."));
}

StagingFolder::StagingFolder(fs::path destination) : m_destination(std::move(destination))
{
    const auto parent = m_destination.has_parent_path() ? m_destination.parent_path() : fs::path(".");
    std::string pattern = (parent / (".staging-" + m_destination.filename().string() + ".XXXXXX")).string();
    if (!::mkdtemp(pattern.data()))
        throwWriteError(m_destination, errno);
    m_path = pattern;
    fs::permissions(m_path, fs::perms(0755));
}

StagingFolder::~StagingFolder()
{
    std::error_code ignored;
    if (!m_path.empty())
        fs::remove_all(m_path, ignored);
}

void StagingFolder::commit()
{
    for (const auto& entry : fs::recursive_directory_iterator(m_path))
        flushToDisk(entry.path());
    flushToDisk(m_path);
    if (fs::exists(m_destination))
        throw Error(MessageCode::OutputExists, {{"path", m_destination.string()}});
    if (::rename(m_path.c_str(), m_destination.c_str()) != 0)
        throwWriteError(m_destination, errno);
    m_path.clear();
    flushToDisk(m_destination.has_parent_path() ? m_destination.parent_path() : fs::path("."));
}

TemporaryFolder::TemporaryFolder()
{
    std::string pattern = (fs::temp_directory_path() / "hone-XXXXXX").string();
    if (!::mkdtemp(pattern.data()))
        throwWriteError(pattern, errno);
    m_path = pattern;
}

TemporaryFolder::~TemporaryFolder()
{
    std::error_code ignored;
    fs::remove_all(m_path, ignored);
}

} // namespace hone
