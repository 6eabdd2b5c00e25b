// SPDX-License-Identifier: GPL-3.0-or-later
#include "deploy/ssh_wire.h"

#include "core/error.h"

#include <libssh/libssh.h>
#include <libssh/server.h>

#include <poll.h>

#include <algorithm>

namespace hone
{
namespace
{

constexpr int turnMs = 50;
// A turn that took longer than this is this program's own pause (a busy or a sleeping laptop): it says nothing about the device.
constexpr std::chrono::milliseconds longestTurn{4 * turnMs};
constexpr std::chrono::seconds callInterval{5};

} // namespace

SshWire::SshWire(ssh_session session, std::string host, int port, std::chrono::milliseconds patience)
    : m_session(session),
      m_host(std::move(host)),
      m_port(port),
      m_patience(patience),
      m_traffic(std::make_unique<ssh_counter_struct>()),
      m_lastTurn(Clock::now()),
      m_lastCall(m_lastTurn)
{
    ssh_set_counters(m_session, m_traffic.get(), nullptr);
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
    m_silence += std::min<Clock::duration>(now - m_lastTurn, longestTurn);
    m_lastTurn = now;
    // What came may have been taken in by a libssh call before the poll saw it: bytes tell, POLLIN alone doesn't.
    if ((socket.revents & POLLIN) || m_traffic->in_bytes != m_bytesHeard)
        heardNow();
    if (m_silence > m_patience)
        lost(during);
    if (m_authenticated)
        askForAnswer();
    if (m_whileWaiting && now - m_lastCall > callInterval) {
        m_lastCall = now;
        m_whileWaiting();
    }
}

void SshWire::askForAnswer()
{
    // A long command may be silent; the device's sshd answers all the same. libssh asks on every other call only, since the
    // one between takes in the answer.
    const auto interval = m_patience / 6;
    if (m_silence < m_askAt)
        return;
    m_askAt = m_silence + interval;
    ssh_send_keepalive(m_session);
}

void SshWire::heardNow()
{
    m_bytesHeard = m_traffic->in_bytes;
    m_silence = {};
    m_askAt = m_patience / 6;
    m_lastTurn = Clock::now();
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
