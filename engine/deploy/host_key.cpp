// SPDX-License-Identifier: GPL-3.0-or-later
#include "deploy/host_key.h"

#include "core/error.h"
#include "deploy/ssh_wire.h"

#include <libssh/libssh.h>

#include <memory>

namespace hone
{
namespace
{

std::string fingerprintOf(SshWire& wire)
{
    ssh_key key = nullptr;
    if (ssh_get_server_publickey(wire.session(), &key) != SSH_OK)
        wire.lost("reading the host key");
    unsigned char* hash = nullptr;
    std::size_t size = 0;
    const int failed = ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &size);
    ssh_key_free(key);
    if (failed)
        wire.lost("reading the host key");
    char* text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, size);
    std::string fingerprint = text ? text : "";
    ssh_string_free_char(text);
    ssh_clean_pubkey_hash(&hash);
    return fingerprint;
}

std::string knownHostsFile(ssh_session session)
{
    char* path = nullptr;
    if (ssh_options_get(session, SSH_OPTIONS_KNOWNHOSTS, &path) != SSH_OK || !path)
        return "~/.ssh/known_hosts";
    std::string text = path;
    ssh_string_free_char(path);
    return text;
}

// OpenSSH's way of writing a host that isn't on port 22.
std::string shownHost(const SshWire& wire)
{
    return wire.port() == 22 ? wire.host() : "[" + wire.host() + "]:" + std::to_string(wire.port());
}

void acceptOrRefuse(SshWire& wire, const SshOptions& options, const std::string& fingerprint)
{
    if (options.acceptHostKey.empty())
        throw Error(MessageCode::HostKeyUnknown, {{"host", shownHost(wire)}, {"fingerprint", fingerprint}});
    if (ssh_session_update_known_hosts(wire.session()) != SSH_OK)
        throw Error(MessageCode::FileUnwritable, {{"path", knownHostsFile(wire.session())}, {"reason", ssh_get_error(wire.session())}});
}

} // namespace

void checkHostKey(SshWire& wire, const SshOptions& options)
{
    const auto fingerprint = fingerprintOf(wire);
    const auto state = ssh_session_is_known_server(wire.session());
    if (state == SSH_KNOWN_HOSTS_CHANGED || state == SSH_KNOWN_HOSTS_OTHER)
        throw Error(MessageCode::HostKeyChanged,
                    {{"host", shownHost(wire)}, {"fingerprint", fingerprint}, {"knownHosts", knownHostsFile(wire.session())}});
    if (state == SSH_KNOWN_HOSTS_ERROR)
        throw Error(MessageCode::FileUnreadable, {{"path", knownHostsFile(wire.session())}, {"reason", ssh_get_error(wire.session())}});
    if (!options.acceptHostKey.empty() && options.acceptHostKey != fingerprint)
        throw Error(MessageCode::HostKeyNotAccepted,
                    {{"host", shownHost(wire)}, {"fingerprint", fingerprint}, {"accepted", options.acceptHostKey}});
    if (state != SSH_KNOWN_HOSTS_OK)
        acceptOrRefuse(wire, options, fingerprint);
}

} // namespace hone
