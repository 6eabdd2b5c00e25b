// SPDX-License-Identifier: GPL-3.0-or-later
#include "deploy/ssh_channel.h"

#include "core/error.h"
#include "deploy/ssh_wire.h"

#include <libssh/libssh.h>

#include <algorithm>
#include <array>
#include <utility>

namespace hone
{
namespace
{

constexpr std::size_t readSize = 32 << 10;
constexpr std::size_t writeSize = 32 << 10;

} // namespace

SshChannel::SshChannel(SshWire& wire, std::string title, const JobContext& job) : m_wire(&wire), m_title(std::move(title))
{
    m_channel = ssh_channel_new(wire.session());
    if (!m_channel)
        wire.lost(m_title);
    try {
        if (wire.complete(SSH_AGAIN, job, m_title, [&] { return ssh_channel_open_session(m_channel); }) != SSH_OK)
            wire.lost(m_title);
    } catch (...) {
        ssh_channel_free(m_channel);
        throw;
    }
}

SshChannel::SshChannel(SshChannel&& other) noexcept
    : m_wire(other.m_wire),
      m_channel(std::exchange(other.m_channel, nullptr)),
      m_title(std::move(other.m_title))
{}

SshChannel::~SshChannel()
{
    if (m_channel)
        ssh_channel_free(m_channel); // closes it first
}

SshChannel SshChannel::command(SshWire& wire, const std::string& command, const JobContext& job)
{
    SshChannel channel(wire, command, job);
    const int answer = wire.complete(SSH_AGAIN, job, command, [&] { return ssh_channel_request_exec(channel.m_channel, command.c_str()); });
    if (answer != SSH_OK && !ssh_is_connected(wire.session()))
        wire.lost(command);
    if (answer != SSH_OK)
        throw Error(MessageCode::DeviceCommandFailed,
                    {{"host", wire.host()}, {"command", command}, {"detail", ssh_get_error(wire.session())}});
    return channel;
}

SshChannel SshChannel::subsystem(SshWire& wire, const std::string& name, const JobContext& job)
{
    SshChannel channel(wire, name, job);
    const int answer = wire.complete(SSH_AGAIN, job, name, [&] { return ssh_channel_request_subsystem(channel.m_channel, name.c_str()); });
    if (answer != SSH_OK && !ssh_is_connected(wire.session()))
        wire.lost(name);
    if (answer != SSH_OK)
        throw Error(MessageCode::DeviceCommandFailed,
                    {{"host", wire.host()}, {"command", name}, {"detail", "the device doesn't offer it"}});
    return channel;
}

std::size_t SshChannel::write(std::string_view bytes)
{
    std::size_t taken = 0;
    while (taken < bytes.size()) {
        if (ssh_channel_is_eof(m_channel) || ssh_channel_is_closed(m_channel))
            break;
        const auto part = bytes.substr(taken, writeSize);
        const int count = ssh_channel_write(m_channel, part.data(), static_cast<std::uint32_t>(part.size()));
        if (count < 0 && count != SSH_AGAIN) {
            if (!ssh_is_connected(m_wire->session()))
                m_wire->lost(m_title);
            break; // the command has closed its input
        }
        if (count <= 0)
            break;
        taken += static_cast<std::size_t>(count);
    }
    return taken;
}

std::size_t SshChannel::read(std::string& to, Stream stream)
{
    std::array<char, readSize> chunk;
    std::size_t got = 0;
    for (;;) {
        const int count = ssh_channel_read_nonblocking(m_channel, chunk.data(), chunk.size(), stream == Stream::Errors);
        if (count == SSH_ERROR && !ssh_is_connected(m_wire->session()))
            m_wire->lost(m_title);
        if (count <= 0)
            return got;
        to.append(chunk.data(), static_cast<std::size_t>(count));
        got += static_cast<std::size_t>(count);
    }
}

bool SshChannel::ended() const
{
    return ssh_channel_is_eof(m_channel) || ssh_channel_is_closed(m_channel);
}

void SshChannel::closeInput(const JobContext& job)
{
    if (!ssh_channel_is_closed(m_channel))
        m_wire->complete(SSH_AGAIN, job, m_title, [&] { return ssh_channel_send_eof(m_channel); });
}

int SshChannel::exitCode(const JobContext& job)
{
    std::string unread;
    for (;;) {
        read(unread);
        read(unread, Stream::Errors);
        // Behind the end of the output reading takes in no more packets; this call does.
        const int code = ssh_channel_get_exit_status(m_channel);
        if (code >= 0 || ssh_channel_is_closed(m_channel))
            return code;
        m_wire->wait(job, m_title);
    }
}

void SshChannel::terminate()
{
    if (ssh_is_connected(m_wire->session()) && !ssh_channel_is_closed(m_channel))
        ssh_channel_request_send_signal(m_channel, "TERM");
}

} // namespace hone
