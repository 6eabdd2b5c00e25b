// SPDX-License-Identifier: GPL-3.0-or-later
#include "onnx_io/model_file.h"

#include "core/error.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace hone
{

ModelFile::ModelFile(std::filesystem::path path)
    : m_path(std::move(path)),
      // O_NONBLOCK: a pipe in the file's place must not make us wait for its writer.
      m_descriptor(::open(m_path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK))
{
    if (m_descriptor < 0 && (errno == ENOENT || errno == ENOTDIR))
        throw Error(MessageCode::FileNotFound, {{"path", m_path.string()}});
    struct stat facts = {};
    const int failed = m_descriptor < 0 || ::fstat(m_descriptor, &facts) != 0 ? errno : 0;
    if (failed == 0 && S_ISREG(facts.st_mode)) {
        m_size = static_cast<std::uint64_t>(facts.st_size);
        return;
    }
    if (m_descriptor >= 0)
        ::close(m_descriptor);
    throwUnreadable(failed != 0 ? std::strerror(failed) : S_ISDIR(facts.st_mode) ? "it is a folder" : "it is not a regular file");
}

ModelFile::~ModelFile()
{
    ::close(m_descriptor);
}

void ModelFile::readAt(std::uint64_t offset, std::span<std::byte> target) const
{
    while (!target.empty()) {
        const auto read = ::pread(m_descriptor, target.data(), target.size(), static_cast<off_t>(offset));
        if (read == 0)
            throwUnreadable("it became shorter while it was read");
        if (read < 0 && errno != EINTR)
            throwUnreadable(std::strerror(errno));
        if (read > 0) {
            offset += static_cast<std::uint64_t>(read);
            target = target.subspan(static_cast<std::size_t>(read));
        }
    }
}

void ModelFile::throwUnreadable(const std::string& reason) const
{
    throw Error(MessageCode::FileUnreadable, {{"path", m_path.string()}, {"reason", reason}});
}

} // namespace hone
