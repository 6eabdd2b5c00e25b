// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps other programs from committing to a project at the same time. The kernel lets go of it when its owner dies.
#pragma once

#include "core/job_context.h"

#include <filesystem>

namespace hone
{

class ProjectLock
{
public:
    // Waits up to ten seconds, since nobody holds it for longer than a commit. Throws Cancelled, Error(ProjectLocked, FileUnwritable,
    // DiskFull).
    explicit ProjectLock(const std::filesystem::path& project, const JobContext& job = {});
    ~ProjectLock();
    ProjectLock(const ProjectLock&) = delete;
    ProjectLock& operator=(const ProjectLock&) = delete;

private:
    int m_file = -1;
};

} // namespace hone
