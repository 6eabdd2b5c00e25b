// SPDX-License-Identifier: GPL-3.0-or-later
#include "deploy/sftp.h"

#include "core/error.h"
#include "core/file.h"
#include "deploy/ssh_wire.h"

#include <fstream>
#include <string_view>
#include <utility>

namespace hone
{
namespace
{

// Section 3 and 4 of the draft.
enum PacketType : std::uint8_t
{
    Init = 1,
    Version = 2,
    Open = 3,
    Close = 4,
    Write = 6,
    Remove = 13,
    Rename = 18,
    Status = 101,
    Handle = 102,
    Extended = 200
};
constexpr std::uint32_t openWrite = 0x02, openCreate = 0x08, openTruncate = 0x10;
constexpr std::uint32_t attributePermissions = 0x04;
constexpr std::uint32_t statusOk = 0;
constexpr std::size_t chunkSize = 32 << 10; // what every server takes in one packet
constexpr std::size_t chunksUnderWay = 16;
constexpr std::size_t largestPacket = 1 << 20;
constexpr auto posixRename = "posix-rename@openssh.com";

void put32(std::string& to, std::uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        to += static_cast<char>(value >> shift);
}

void put64(std::string& to, std::uint64_t value)
{
    put32(to, static_cast<std::uint32_t>(value >> 32));
    put32(to, static_cast<std::uint32_t>(value));
}

void putText(std::string& to, std::string_view text)
{
    put32(to, static_cast<std::uint32_t>(text.size()));
    to += text;
}

// Reads big-endian fields; what isn't there reads as zero or nothing, so that a short packet can do no harm.
class Fields
{
public:
    explicit Fields(std::string_view bytes) : m_bytes(bytes) {}

    bool empty() const { return m_bytes.empty(); }
    std::uint32_t number()
    {
        std::uint32_t value = 0;
        for (const char c : take(4))
            value = value << 8 | static_cast<unsigned char>(c);
        return value;
    }
    std::string text() { return std::string(take(number())); }

private:
    std::string_view take(std::size_t count)
    {
        const auto part = m_bytes.substr(0, count);
        m_bytes.remove_prefix(part.size());
        return part.size() == count ? part : std::string_view();
    }
    std::string_view m_bytes;
};

} // namespace

SftpRefusal::SftpRefusal(std::uint32_t code, std::string text) : m_code(code), m_text(std::move(text)) {}

Sftp::Sftp(SshWire& wire, const JobContext& job) : m_channel(SshChannel::subsystem(wire, "sftp", job))
{
    std::string body;
    put32(body, 3);
    queue(Init, body);
    auto answer = await(job, "sftp");
    if (answer.type != Version)
        throw Error(MessageCode::DeviceCommandFailed, {{"host", wire.host()}, {"command", "sftp"}, {"detail", "it doesn't speak SFTP"}});
    Fields fields(answer.body);
    while (!fields.empty()) {
        auto name = fields.text();
        m_extensions[std::move(name)] = fields.text();
    }
}

void Sftp::queue(std::uint8_t type, const std::string& body)
{
    put32(m_outgoing, static_cast<std::uint32_t>(body.size() + 1));
    m_outgoing += static_cast<char>(type);
    m_outgoing += body;
}

bool Sftp::move()
{
    const auto taken = m_channel.write(m_outgoing);
    m_outgoing.erase(0, taken);
    std::string ignored;
    m_channel.read(ignored, SshChannel::Stream::Errors);
    return m_channel.read(m_incoming) + taken > 0;
}

bool Sftp::takePacket(Packet& packet)
{
    if (m_incoming.size() < 9)
        return false;
    Fields head(std::string_view(m_incoming).substr(0, 9));
    const auto size = head.number();
    // A shell that prints a greeting also to programs comes out here as an absurd length.
    if (size < 5 || size > largestPacket)
        throw Error(MessageCode::DeviceCommandFailed, {{"host", m_channel.wire().host()},
                                                       {"command", "sftp"},
                                                       {"detail", "what it answers isn't SFTP: " + m_incoming.substr(0, 60)}});
    if (m_incoming.size() < 4 + std::size_t{size})
        return false;
    packet.type = static_cast<std::uint8_t>(m_incoming[4]);
    packet.id = Fields(std::string_view(m_incoming).substr(5, 4)).number();
    packet.body = m_incoming.substr(9, size - 5);
    m_incoming.erase(0, 4 + std::size_t{size});
    return true;
}

Sftp::Packet Sftp::await(const JobContext& job, const std::string& during)
{
    Packet packet;
    for (;;) {
        move();
        if (takePacket(packet))
            return packet;
        if (m_channel.ended())
            m_channel.wire().lost(during);
        m_channel.wire().wait(job, during);
    }
}

Sftp::Packet Sftp::ask(std::uint8_t type, const std::string& body, const JobContext& job, const std::string& during)
{
    std::string withId;
    put32(withId, nextId());
    queue(type, withId + body);
    return await(job, during);
}

void Sftp::require(const Packet& status) const
{
    Fields fields(status.body);
    const auto code = fields.number();
    if (status.type != Status || code != statusOk)
        throw SftpRefusal(code, fields.text());
}

std::string Sftp::openForWriting(const std::string& remote, int mode, const JobContext& job)
{
    std::string body;
    putText(body, remote);
    put32(body, openWrite | openCreate | openTruncate);
    put32(body, attributePermissions);
    put32(body, static_cast<std::uint32_t>(mode));
    const auto answer = ask(Open, body, job, "opening " + remote);
    if (answer.type != Handle)
        require(answer);
    return Fields(answer.body).text();
}

void Sftp::put(const std::filesystem::path& local, const std::string& remote, int mode, const JobContext& job,
               const std::function<void(std::int64_t)>& sent)
{
    auto file = openForReading(local);
    const auto handle = openForWriting(remote, mode, job);
    const auto during = "sending " + local.filename().string();
    std::map<std::uint32_t, std::size_t> underWay; // id -> bytes
    std::string chunk(chunkSize, '\0');
    std::uint64_t offset = 0;
    bool all = false;
    auto lastWritten = SshWire::Clock::now();
    while (!all || !underWay.empty()) {
        job.checkStop();
        while (!all && underWay.size() < chunksUnderWay && m_outgoing.size() < 2 * chunkSize) {
            file.read(chunk.data(), static_cast<std::streamsize>(chunkSize));
            const auto count = static_cast<std::size_t>(file.gcount());
            if (file.bad())
                throw Error(MessageCode::FileUnreadable, {{"path", local.string()}, {"reason", "reading it failed"}});
            all = count < chunkSize;
            if (count == 0)
                break;
            std::string body;
            put32(body, nextId());
            putText(body, handle);
            put64(body, offset);
            putText(body, std::string_view(chunk).substr(0, count));
            queue(Write, body);
            underWay[m_lastId] = count;
            offset += count;
        }
        const bool moved = move();
        for (Packet packet; takePacket(packet);) {
            require(packet);
            const auto found = underWay.find(packet.id);
            if (found == underWay.end())
                continue;
            lastWritten = SshWire::Clock::now();
            if (sent)
                sent(static_cast<std::int64_t>(found->second));
            underWay.erase(found);
        }
        if (m_channel.ended())
            m_channel.wire().lost(during);
        // The device may answer and yet write nothing, as where its storage hangs.
        if (SshWire::Clock::now() - lastWritten > m_channel.wire().patience())
            m_channel.wire().lost(during);
        if (!moved)
            m_channel.wire().wait(job, during);
    }
    std::string body;
    putText(body, handle);
    require(ask(Close, body, job, during));
}

void Sftp::rename(const std::string& from, const std::string& to, const JobContext& job)
{
    std::string names;
    putText(names, from);
    putText(names, to);
    if (m_extensions.contains(posixRename)) {
        std::string body;
        putText(body, posixRename);
        require(ask(Extended, body + names, job, "renaming " + from));
        return;
    }
    // SFTP's own rename refuses a name that is taken.
    std::string taken;
    putText(taken, to);
    ask(Remove, taken, job, "renaming " + from);
    require(ask(Rename, names, job, "renaming " + from));
}

} // namespace hone
