// SPDX-License-Identifier: GPL-3.0-or-later
#include "deploy/ssh_wire.h"

#include "core/error.h"

#include <libssh/libssh.h>
#include <libssh/server.h>

#include <poll.h>

namespace hone
{
namespace
{

constexpr int turnMs = 50;
constexpr std::chrono::seconds callInterval{5};

} // namespace

SshWire::SshWire(ssh_session session, std::string host, int port, std::chrono::milliseconds patience)
    : m_session(session), m_host(std::move(host)), m_port(port), m_patience(patience), m_lastHeard(Clock::now()),
      m_lastAsked(m_lastHeard), m_lastCall(m_lastHeard)
{
}

SshWire::~SshWire()
{
    if (ssh_is_connected(m_session))
        ssh_disconnect(m_session);
    ssh_free(m_session);
}

void SshWire::wait(const JobContext& job, const std::string& during)
{
    job.checkStop();
    if (!ssh_is_connected(m_session))
        lost(during);
    pollfd socket{.fd = ssh_get_fd(m_session), .events = POLLIN, .revents = 0};
    if (ssh_get_poll_flags(m_session) & SSH_WRITE_PENDING)
        socket.events |= POLLOUT;
    ::poll(&socket, 1, turnMs);
    const auto now = Clock::now();
    if (socket.revents & POLLIN)
        m_lastHeard = now;
    if (now - m_lastHeard > m_patience)
        lost(during);
    if (m_authenticated)
        askForAnswer(now);
    if (m_whileWaiting && now - m_lastCall > callInterval) {
        m_lastCall = now;
        m_whileWaiting();
    }
}

void SshWire::askForAnswer(Clock::time_point now)
{
    // A long command may be silent; the device's sshd answers all the same. libssh asks on every other call only, since the
    // one between takes in the answer.
    const auto interval = m_patience / 6;
    if (now - m_lastHeard < interval || now - m_lastAsked < interval)
        return;
    m_lastAsked = now;
    ssh_send_keepalive(m_session);
}

void SshWire::lost(const std::string& during) const
{
    if (m_authenticated)
        throw Error(MessageCode::DeviceConnectionLost, {{"host", m_host}, {"during", during}});
    const std::string said = ssh_get_error(m_session);
    throw Error(MessageCode::DeviceUnreachable,
                {{"host", m_host},
                 {"port", std::to_string(m_port)},
                 {"reason", said.empty() ? "no answer within " + std::to_string(m_patience.count() / 1000) + " s" : said}});
}

} // namespace hone
