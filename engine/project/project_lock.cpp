// SPDX-License-Identifier: GPL-3.0-or-later
#include "project/project_lock.h"

#include "core/error.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

namespace hone
{

ProjectLock::ProjectLock(const std::filesystem::path& project, const JobContext& job)
{
    const auto path = project / ".lock";
    m_file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (m_file < 0) {
        if (errno == ENOSPC || errno == EDQUOT)
            throw Error(MessageCode::DiskFull, {{"path", project.string()}});
        throw Error(MessageCode::FileUnwritable, {{"path", path.string()}, {"reason", std::strerror(errno)}});
    }
    using namespace std::chrono_literals;
    const auto giveUp = std::chrono::steady_clock::now() + 10s;
    while (::flock(m_file, LOCK_EX | LOCK_NB) != 0) {
        const bool late = std::chrono::steady_clock::now() > giveUp;
        if (late || job.stopRequested()) {
            ::close(m_file);
            job.checkStop();
            throw Error(MessageCode::ProjectLocked, {{"path", project.string()}});
        }
        std::this_thread::sleep_for(20ms);
    }
}

ProjectLock::~ProjectLock()
{
    ::close(m_file);
}

} // namespace hone
