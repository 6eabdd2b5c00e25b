// SPDX-License-Identifier: GPL-3.0-or-later
#include "deploy/child_process.h"

#include "core/error.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

extern char** environ;

namespace hone
{
namespace
{

// What posix_spawn is told, freed at the end.
class Spawn
{
public:
    Spawn()
    {
        ::posix_spawn_file_actions_init(&m_actions);
        ::posix_spawnattr_init(&m_attributes);
        // The child hears signals as if it had been started from a shell, whatever this program blocks or ignores.
        sigset_t none, usual;
        sigemptyset(&none);
        sigemptyset(&usual);
        for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGHUP, SIGCHLD})
            sigaddset(&usual, signal);
        ::posix_spawnattr_setsigmask(&m_attributes, &none);
        ::posix_spawnattr_setsigdefault(&m_attributes, &usual);
        m_flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    }
    ~Spawn()
    {
        ::posix_spawn_file_actions_destroy(&m_actions);
        ::posix_spawnattr_destroy(&m_attributes);
    }
    Spawn(const Spawn&) = delete;
    Spawn& operator=(const Spawn&) = delete;

    void redirect(int from, int to) { ::posix_spawn_file_actions_adddup2(&m_actions, from, to); }
    void openNull(int as, int mode) { ::posix_spawn_file_actions_addopen(&m_actions, as, "/dev/null", mode, 0); }
    void ownGroup()
    {
        ::posix_spawnattr_setpgroup(&m_attributes, 0);
        m_flags |= POSIX_SPAWN_SETPGROUP;
    }
    // 0 or an errno.
    int start(const std::vector<std::string>& arguments, pid_t& pid)
    {
        std::vector<char*> pointers;
        for (const auto& argument : arguments)
            pointers.push_back(const_cast<char*>(argument.c_str()));
        pointers.push_back(nullptr);
        ::posix_spawnattr_setflags(&m_attributes, static_cast<short>(m_flags));
        return ::posix_spawnp(&pid, pointers[0], &m_actions, &m_attributes, pointers.data(), environ);
    }

private:
    posix_spawn_file_actions_t m_actions;
    posix_spawnattr_t m_attributes;
    int m_flags = 0;
};

int waitFor(pid_t pid)
{
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// The parent of every process there is (proc(5), stat: the name in brackets may hold anything, the parent is the second field behind it).
std::multimap<pid_t, pid_t> childrenByParent()
{
    std::multimap<pid_t, pid_t> children;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
        const auto name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != name.npos)
            continue;
        std::ifstream file(entry.path() / "stat");
        std::string line;
        std::getline(file, line);
        const auto bracket = line.rfind(')');
        if (bracket == line.npos)
            continue;
        std::istringstream fields(line.substr(bracket + 1));
        std::string state;
        pid_t parent = 0;
        if (fields >> state >> parent)
            children.emplace(parent, static_cast<pid_t>(std::stol(name)));
    }
    return children;
}

} // namespace

ChildOutput runChild(const std::vector<std::string>& arguments)
{
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
        return {127, std::strerror(errno)};
    Spawn spawn;
    spawn.openNull(STDIN_FILENO, O_RDONLY);
    spawn.redirect(pipe[1], STDOUT_FILENO);
    spawn.redirect(pipe[1], STDERR_FILENO);
    pid_t pid = -1;
    const int error = spawn.start(arguments, pid);
    ::close(pipe[1]);
    ChildOutput output{127, error != 0 ? std::strerror(error) : ""};
    if (error == 0) {
        std::array<char, 4096> chunk;
        for (ssize_t count; (count = ::read(pipe[0], chunk.data(), chunk.size())) != 0;) {
            if (count < 0 && errno != EINTR)
                break;
            if (count > 0)
                output.text.append(chunk.data(), static_cast<std::size_t>(count));
        }
        output.exitCode = waitFor(pid);
    }
    ::close(pipe[0]);
    return output;
}

ChildProcess::ChildProcess(const std::vector<std::string>& arguments)
{
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
        throw Error(MessageCode::SshServerMissing, {{"detail", std::strerror(errno)}});
    Spawn spawn;
    spawn.redirect(pipe[0], STDIN_FILENO);
    spawn.openNull(STDOUT_FILENO, O_WRONLY);
    spawn.openNull(STDERR_FILENO, O_WRONLY);
    spawn.ownGroup();
    const int error = spawn.start(arguments, m_pid);
    ::close(pipe[0]);
    m_input = pipe[1];
    if (error != 0) {
        ::close(m_input);
        throw Error(MessageCode::SshServerMissing, {{"detail", arguments[0] + ": " + std::strerror(error)}});
    }
}

ChildProcess::~ChildProcess()
{
    // Each round ends what is there now; a process that was just being started shows in the next one, as long as its
    // parent is stopped and not gone. So: stop all, and when no new one shows up, kill all.
    std::vector<pid_t> all{m_pid};
    for (std::size_t known = 0; known != all.size();) {
        known = all.size();
        for (const auto pid : all)
            ::kill(pid, SIGSTOP);
        all = descendants();
        all.insert(all.begin(), m_pid);
    }
    for (const auto pid : all)
        ::kill(pid, SIGKILL);
    ::close(m_input);
    waitFor(m_pid);
}

std::vector<pid_t> ChildProcess::descendants() const
{
    const auto children = childrenByParent();
    std::vector<pid_t> found{m_pid};
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto [begin, end] = children.equal_range(found[i]);
        for (auto child = begin; child != end; ++child)
            found.push_back(child->second);
    }
    found.erase(found.begin());
    return found;
}

} // namespace hone
