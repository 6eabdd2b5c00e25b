// SPDX-License-Identifier: GPL-3.0-or-later
#include "deploy/ssh_session.h"

#include "core/error.h"
#include "core/file.h"
#include "core/shell.h"
#include "deploy/authentication.h"
#include "deploy/host_key.h"
#include "deploy/sftp.h"
#include "deploy/ssh_channel.h"
#include "deploy/ssh_wire.h"
#include "deploy/tcp_connect.h"

#include <libssh/libssh.h>

#include <unistd.h>

#include <chrono>
#include <sstream>
#include <utility>
#include <vector>

namespace hone
{
namespace
{

std::string option(ssh_session session, ssh_options_e which)
{
    char* value = nullptr;
    if (ssh_options_get(session, which, &value) != SSH_OK || !value)
        return {};
    std::string text = value;
    ssh_string_free_char(value);
    return text;
}

void setAddress(ssh_session session, const DeviceAddress& address)
{
    if (!address.user.empty())
        ssh_options_set(session, SSH_OPTIONS_USER, address.user.c_str());
    if (address.port > 0)
        ssh_options_set(session, SSH_OPTIONS_PORT, &address.port);
}

// What the caller states goes before ~/.ssh/config, that before the defaults.
void configure(ssh_session session, const SshOptions& options)
{
    const int quiet = SSH_LOG_NOLOG;
    ssh_options_set(session, SSH_OPTIONS_LOG_VERBOSITY, &quiet);
    ssh_options_set(session, SSH_OPTIONS_HOST, options.address.host.c_str());
    setAddress(session, options.address);
    ssh_options_parse_config(session, options.config.empty() ? nullptr : options.config.c_str());
    setAddress(session, options.address);
    const long seconds = options.timeoutSeconds;
    ssh_options_set(session, SSH_OPTIONS_TIMEOUT, &seconds);
    if (!options.knownHosts.empty())
        ssh_options_set(session, SSH_OPTIONS_KNOWNHOSTS, options.knownHosts.c_str());
    ssh_set_blocking(session, 0);
}

unsigned portOf(ssh_session session)
{
    unsigned port = 0;
    ssh_options_get_port(session, &port);
    return port == 0 ? 22 : port;
}

std::unique_ptr<SshWire> connect(const SshOptions& options, const JobContext& job)
{
    const std::chrono::seconds patience(options.timeoutSeconds);
    auto* session = ssh_new();
    if (!session)
        throw Error(MessageCode::InternalFault, {{"detail", "libssh gave no session"}});
    configure(session, options);
    const int port = static_cast<int>(portOf(session));
    auto wire = std::make_unique<SshWire>(session, options.address.host, port, patience);
    // A proxy command makes the connection itself.
    if (option(session, SSH_OPTIONS_PROXYCOMMAND).empty()) {
        socket_t socket = connectTcp(option(session, SSH_OPTIONS_HOST), port, patience, job);
        if (ssh_options_set(session, SSH_OPTIONS_FD, &socket) != SSH_OK)
            ::close(socket);
    }
    wire->heardNow();
    if (wire->complete(SSH_AGAIN, job, "connecting", [&] { return ssh_connect(session); }) != SSH_OK)
        wire->lost("connecting");
    return wire;
}

} // namespace

struct SshSession::Implementation
{
    std::unique_ptr<SshWire> wire;
    std::unique_ptr<Sftp> sftp; // opened by the first upload
};

SshSession::SshSession(const SshOptions& options, const JobContext& job) : m_implementation(std::make_unique<Implementation>())
{
    job.report({.activity = Activity::Connecting, .detail = options.address.host});
    m_implementation->wire = connect(options, job);
    checkHostKey(*m_implementation->wire, options);
    authenticate(*m_implementation->wire, options, job);
    m_implementation->wire->setAuthenticated();
}

SshSession::~SshSession() = default;

const std::string& SshSession::host() const
{
    return m_implementation->wire->host();
}

SshWire& SshSession::wire()
{
    return *m_implementation->wire;
}

CommandResult SshSession::run(const std::string& command, const JobContext& job)
{
    return run(command, CommandStreams{}, job);
}

CommandResult SshSession::run(const std::string& command, const CommandStreams& streams, const JobContext& job)
{
    auto channel = SshChannel::command(wire(), command, job);
    CommandResult result;
    std::string input;
    bool inputOpen = true;
    try {
        for (;;) {
            const bool over = channel.ended();
            if (inputOpen && input.empty()) {
                auto more = streams.nextInput ? streams.nextInput() : std::nullopt;
                inputOpen = more.has_value() && !over;
                input = std::move(more).value_or("");
                if (!inputOpen)
                    channel.closeInput(job);
            }
            std::size_t moved = 0;
            if (!input.empty() && !over) {
                moved = channel.write(input);
                input.erase(0, moved);
            }
            const auto before = result.output.size();
            moved += channel.read(result.output) + channel.read(result.errors, SshChannel::Stream::Errors);
            if (streams.output && result.output.size() > before) {
                streams.output(result.output);
                result.output.clear();
            }
            // What came with the end is read by the turn that follows it.
            if (over && moved == 0)
                break;
            if (moved == 0)
                wire().wait(job, command);
            else
                job.checkStop();
        }
    } catch (...) {
        channel.terminate();
        throw;
    }
    result.exitCode = channel.exitCode(job);
    return result;
}

std::int64_t SshSession::freeBytes(const std::string& folder, const JobContext& job)
{
    // Folders that don't exist yet count as their nearest parent that does.
    const auto result = run("sh -c " +
                                shellQuoted("d=$1; while [ ! -e \"$d\" ] && [ \"$d\" != . ] && [ \"$d\" != / ]; do "
                                            "d=$(dirname \"$d\"); done; LC_ALL=C df -Pk \"$d\"") +
                                " sh " + shellQuoted(folder),
                            job);
    // The fourth column: the one before the one with the percent sign. Names on either side may hold spaces.
    std::istringstream words(result.output.substr(result.output.find('\n') + 1));
    std::string previous;
    for (std::string word; words >> word; previous = word) {
        if (word.size() > 1 && word.back() == '%' && !previous.empty() && previous.find_first_not_of("0123456789") == std::string::npos &&
            previous.size() < 16)
            return std::stoll(previous) * 1024;
    }
    return -1;
}

void SshSession::upload(const std::filesystem::path& local, const std::string& remote, int mode, const JobContext& job,
                        const std::function<void(std::int64_t)>& sent)
{
    openForReading(local);
    const auto size = static_cast<std::int64_t>(std::filesystem::file_size(local));
    const auto temporary = remote + ".sending";
    std::int64_t written = 0;
    try {
        if (!m_implementation->sftp)
            m_implementation->sftp = std::make_unique<Sftp>(wire(), job);
        m_implementation->sftp->put(local, temporary, mode, job, [&](std::int64_t bytes) {
            written += bytes;
            if (sent)
                sent(bytes);
        });
        m_implementation->sftp->rename(temporary, remote, job);
    } catch (const SftpRefusal& refusal) {
        m_implementation->sftp.reset();
        // Version 3 has no code for a full disk: it is told by what is left.
        const auto slash = remote.rfind('/');
        const auto folder = slash == std::string::npos ? std::string(".") : remote.substr(0, slash + 1);
        const auto left = freeBytes(folder, job);
        removeQuietly(temporary);
        if (left >= 0 && left < size - written)
            throw Error(
                MessageCode::DeviceNoSpace,
                {{"host", host()}, {"path", folder}, {"neededBytes", std::to_string(size)}, {"freeBytes", std::to_string(left + written)}});
        throw Error(MessageCode::DeviceCommandFailed, {{"host", host()}, {"command", "sftp: write " + remote}, {"detail", refusal.what()}});
    } catch (...) {
        m_implementation->sftp.reset();
        removeQuietly(temporary);
        throw;
    }
}

void SshSession::removeQuietly(const std::string& remote)
{
    if (!ssh_is_connected(wire().session()))
        return;
    const auto patience = wire().patience();
    wire().setPatience(std::min(patience, std::chrono::milliseconds(2000)));
    try {
        run("rm -rf -- " + shellQuoted(remote), JobContext());
    } catch (...) { // it was an attempt; the failure that led here is the one to tell
    }
    wire().setPatience(patience);
}

} // namespace hone
