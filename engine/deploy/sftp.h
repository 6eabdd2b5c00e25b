// SPDX-License-Identifier: GPL-3.0-or-later
// The part of SFTP version 3 (draft-ietf-secsh-filexfer-02) that sending files needs. Spoken here rather than through libssh, whose
// sftp_write waits for every answer and can be neither stopped nor told from a device that has gone away.
#pragma once

#include "deploy/ssh_channel.h"

#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace hone
{

// What the device's SFTP server answered instead of yes. Code as in section 7 of the draft.
class SftpRefusal : public std::exception
{
public:
    SftpRefusal(std::uint32_t code, std::string text);
    const char* what() const noexcept override { return m_text.c_str(); }
    std::uint32_t code() const { return m_code; }

private:
    std::uint32_t m_code;
    std::string m_text;
};

class Sftp
{
public:
    // Throws Cancelled, Error(DeviceConnectionLost, DeviceCommandFailed).
    Sftp(SshWire& wire, const JobContext& job);

    // Sends a local file into a new remote one; up to sixteen chunks are under way at once. `sent` hears of every chunk that the device
    // has written. Throws Cancelled, SftpRefusal, Error(DeviceConnectionLost, FileNotFound, FileUnreadable). After any of them this
    // object is of no use any more.
    void put(const std::filesystem::path& local, const std::string& remote, int mode, const JobContext& job,
             const std::function<void(std::int64_t)>& sent);
    // Replaces what has the new name. Throws as put().
    void rename(const std::string& from, const std::string& to, const JobContext& job);

private:
    struct Packet
    {
        std::uint8_t type = 0;
        std::uint32_t id = 0;
        std::string body; // behind the id
    };

    std::uint32_t nextId() { return ++m_lastId; }
    void queue(std::uint8_t type, const std::string& body);
    // Sends what is queued as far as the device takes it, reads what has come.
    bool move();
    bool takePacket(Packet& packet);
    Packet await(const JobContext& job, const std::string& during);
    Packet ask(std::uint8_t type, const std::string& body, const JobContext& job, const std::string& during);
    void require(const Packet& status) const;
    std::string openForWriting(const std::string& remote, int mode, const JobContext& job);

    SshChannel m_channel;
    std::uint32_t m_lastId = 0;
    std::string m_outgoing;
    std::string m_incoming;
    std::map<std::string, std::string> m_extensions;
};

} // namespace hone
