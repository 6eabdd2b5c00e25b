// SPDX-License-Identifier: GPL-3.0-or-later
#include "deploy/remote_lock.h"

#include "core/error.h"
#include "deploy/shell_command.h"
#include "deploy/ssh_wire.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <random>

namespace hone
{
namespace
{

// $1: folder, $2: partial folder in it, $3: who, $4: a word that no other has. A line on its input every few seconds keeps the lock
// young; one that is older than two minutes belongs to a connection that broke off without a word. mkdir makes a folder for one caller
// only.
constexpr auto holderScript = R"sh(
cd "$1" 2>/dev/null || { mkdir -p "$1" && cd "$1"; } || exit 1
mkdir -p "$(dirname "$2")" || exit 1
if ! mkdir lock 2>/dev/null; then
    [ -d lock ] || { mkdir lock; exit 1; }
    if [ -z "$(find lock -prune -mmin +2 2>/dev/null)" ]; then
        echo "busy $(sed -n 1p lock/owner 2>/dev/null)"
        exit 0
    fi
    mv lock "lock.$4" 2>/dev/null && rm -rf "lock.$4"
    mkdir lock || exit 1
fi
trap '' HUP PIPE TERM
printf '%s\n%s\n' "$3" "$4" >lock/owner || { rm -rf lock; exit 1; }
rm -rf "$2"
echo held
while read -r line; do touch lock; done
if [ "$(sed -n 2p lock/owner 2>/dev/null)" = "$4" ]; then
    rm -rf "$2" lock
fi
)sh";

constexpr std::chrono::milliseconds farewell{2000};

std::string whoWeAre()
{
    std::array<char, 256> machine{};
    ::gethostname(machine.data(), machine.size() - 1);
    const char* user = std::getenv("USER");
    return std::string(user && *user ? user : "someone") + " at " + machine.data();
}

std::string uniqueWord()
{
    std::random_device source;
    return std::to_string(::getpid()) + "-" + std::to_string(source()) + "-" + std::to_string(source());
}

std::string firstLine(SshChannel& channel, const JobContext& job)
{
    std::string text;
    while (text.find('\n') == text.npos) {
        const bool over = channel.ended();
        if (channel.read(text) == 0) {
            if (over)
                break;
            channel.wire().wait(job, "taking the lock");
        }
    }
    return text.substr(0, text.find('\n'));
}

std::string allErrors(SshChannel& channel, const JobContext& job)
{
    CommandResult result;
    channel.read(result.errors, SshChannel::Stream::Errors);
    result.exitCode = channel.exitCode(job);
    return complaint(result);
}

} // namespace

RemoteLock::RemoteLock(SshSession& session, const Place& place, const JobContext& job) : m_wire(session.wire())
{
    m_holder = std::make_unique<SshChannel>(
        SshChannel::command(m_wire, shellCommand(holderScript, {place.folder, place.partial, whoWeAre(), uniqueWord()}), job));
    const auto answer = firstLine(*m_holder, job);
    if (answer.starts_with("busy "))
        throw Error(MessageCode::DeviceBusy, {{"host", session.host()}, {"holder", answer.substr(5)}, {"path", place.folder + "/lock"}});
    if (answer != "held")
        throw Error(MessageCode::DeviceCommandFailed,
                    {{"host", session.host()}, {"command", "mkdir " + place.folder + "/lock"}, {"detail", allErrors(*m_holder, job)}});
    m_wire.setWhileWaiting([holder = m_holder.get()] { holder->write("\n"); });
}

RemoteLock::~RemoteLock()
{
    m_wire.setWhileWaiting({});
    const auto patience = m_wire.patience();
    m_wire.setPatience(std::min(patience, farewell));
    try {
        m_holder->closeInput(JobContext());
        m_holder->exitCode(JobContext());
    } catch (...) { // the connection is gone: then the device does the same by itself
    }
    m_wire.setPatience(patience);
}

} // namespace hone
