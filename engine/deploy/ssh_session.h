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

namespace hone
{

struct DeviceAddress
{
    std::string user; // empty: ~/.ssh/config's, else this user's name
    std::string host;
    int port = 0;     // 0: ~/.ssh/config's, else 22

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
    int timeoutSeconds = 15;
};

struct CommandResult
{
    int exitCode = 0;
    std::string output;
    std::string errors;
};

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
    // Runs through the device's shell; quote arguments with shellQuoted(). Throws Cancelled, Error(DeviceConnectionLost).
    CommandResult run(const std::string& command, const JobContext& job);
    // By SFTP into a temporary name, then renamed. `sent` hears of every chunk. Throws Cancelled, Error(DeviceConnectionLost, DeviceNoSpace).
    void upload(const std::filesystem::path& local, const std::string& remote, int mode, const JobContext& job,
                const std::function<void(std::int64_t)>& sent = {});

private:
    struct Implementation;
    std::unique_ptr<Implementation> m_implementation;
};

std::string shellQuoted(const std::string& argument);

} // namespace hone
