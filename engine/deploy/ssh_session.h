// SPDX-License-Identifier: GPL-3.0-or-later
// One SSH connection: host key checked, commands run, files sent. libssh behind it.
#pragma once

#include "core/job_context.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hone
{

struct DeviceAddress
{
    std::string user; // empty: ~/.ssh/config's, else this user's name
    std::string host;
    int port = 0; // 0: ~/.ssh/config's, else 22

    // "[user@]host[:port]", "[user@][v6]:port". Throws Error(DeviceAddressInvalid).
    static DeviceAddress parse(const std::string& text);
};

// Keeps passwords and passphrases; the studio's is the desktop's keyring.
class SecretStore
{
public:
    virtual ~SecretStore() = default;
    virtual std::optional<std::string> find(const std::string& key) = 0;
    virtual void keep(const std::string& key, const std::string& secret) = 0;
};

struct SshOptions
{
    DeviceAddress address;
    std::filesystem::path identity;   // empty: the agent, then ~/.ssh's keys
    std::filesystem::path knownHosts; // empty: ~/.ssh/known_hosts
    std::string acceptHostKey;        // "SHA256:..."; a host that is not known is accepted, and kept, only with this fingerprint
    std::function<std::optional<std::string>(const std::string& prompt)> ask; // passphrases and passwords; none: never asked
    int timeoutSeconds = 15;                                                  // without an answer or, in an upload, without progress
    std::filesystem::path config;                                             // empty: ~/.ssh/config and /etc/ssh/ssh_config
};

struct CommandResult
{
    int exitCode = 0;
    std::string output;
    std::string errors;
};

// What goes into a command and what is made of its output while it runs, both on the calling thread.
struct CommandStreams
{
    std::function<std::optional<std::string>()> nextInput; // called when the last piece is on its way; none: the input ends
    std::function<void(std::string_view)> output;          // called with what has come; then CommandResult::output stays empty
};

class SshWire;

class SshSession
{
public:
    // Throws Error(DeviceUnreachable, HostKeyUnknown, HostKeyChanged, HostKeyNotAccepted, DeviceAuthenticationFailed,
    // IdentityUnreadable).
    SshSession(const SshOptions& options, const JobContext& job);
    ~SshSession();
    SshSession(const SshSession&) = delete;
    SshSession& operator=(const SshSession&) = delete;

    const std::string& host() const;
    // Runs through the device's shell; quote arguments with shellQuoted() (core/shell.h). Throws Cancelled, Error(DeviceConnectionLost).
    CommandResult run(const std::string& command, const JobContext& job);
    CommandResult run(const std::string& command, const CommandStreams& streams, const JobContext& job);
    // By SFTP into a temporary name, then renamed. `sent` hears of every chunk. Throws Cancelled, Error(DeviceConnectionLost,
    // DeviceNoSpace).
    void upload(const std::filesystem::path& local, const std::string& remote, int mode, const JobContext& job,
                const std::function<void(std::int64_t)>& sent = {});
    // What the file system of a remote folder has left for this user (df); -1 where the device doesn't say.
    std::int64_t freeBytes(const std::string& folder, const JobContext& job);
    // Best effort, within two seconds: for what follows a failure.
    void removeQuietly(const std::string& remote);
    // For the other files of this room.
    SshWire& wire();

private:
    struct Implementation;
    std::unique_ptr<Implementation> m_implementation;
};

} // namespace hone
