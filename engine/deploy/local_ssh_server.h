// SPDX-License-Identifier: GPL-3.0-or-later
// An OpenSSH sshd on a loopback port with keys, configuration and home folder of its own: the demo's device, and the tests'.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

namespace hone
{

class LocalSshServer
{
public:
    // Everything it needs is made below `folder`; the device's home is folder/home. Throws Error(SshServerMissing).
    explicit LocalSshServer(const std::filesystem::path& folder);
    // Ends sshd and what it started.
    ~LocalSshServer();
    LocalSshServer(const LocalSshServer&) = delete;
    LocalSshServer& operator=(const LocalSshServer&) = delete;

    int port() const;
    std::string address() const;              // user@127.0.0.1:port
    std::filesystem::path identity() const;   // the client's private key
    std::filesystem::path knownHosts() const; // holds the server's key
    std::filesystem::path home() const;
    std::string hostKeyFingerprint() const; // "SHA256:..."
    // The processes that it consists of now: sshd first, then one or more a connection, then what those run.
    std::vector<pid_t> processes() const;

private:
    struct Implementation;
    std::unique_ptr<Implementation> m_implementation;
};

} // namespace hone
