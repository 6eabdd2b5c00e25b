// SPDX-License-Identifier: GPL-3.0-or-later
// A program that this one starts, and ends with all that it started in turn.
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace hone
{

struct ChildOutput
{
    int exitCode = 0; // 127 where the program isn't there
    std::string text; // output and errors
};

// Runs to the end; arguments[0] is the program's path or name.
ChildOutput runChild(const std::vector<std::string>& arguments);

// Runs in a process group of its own until it is ended. Its standard input is a pipe that closes when this process is gone for
// whatever reason, so that a child which reads it notices.
class ChildProcess
{
public:
    // Throws Error(SshServerMissing) where it can't be started.
    explicit ChildProcess(const std::vector<std::string>& arguments);
    // Ends it and all of its descendants.
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    pid_t pid() const { return m_pid; }
    // The processes below it at this moment, itself not included.
    std::vector<pid_t> descendants() const;

private:
    pid_t m_pid = -1;
    int m_input = -1;
};

} // namespace hone
