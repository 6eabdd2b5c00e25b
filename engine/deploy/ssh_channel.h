// SPDX-License-Identifier: GPL-3.0-or-later
// One channel of a connection: a command, or a subsystem, with its input and output. Nothing here blocks but what takes a job.
#pragma once

#include "core/job_context.h"

#include <string>
#include <string_view>

struct ssh_channel_struct;

namespace hone
{

class SshWire;

class SshChannel
{
public:
    enum class Stream
    {
        Output,
        Errors
    };

    // Begin a command in the device's shell, or a subsystem. Throw Cancelled, Error(DeviceConnectionLost, DeviceCommandFailed).
    static SshChannel command(SshWire& wire, const std::string& command, const JobContext& job);
    static SshChannel subsystem(SshWire& wire, const std::string& name, const JobContext& job);
    ~SshChannel();
    SshChannel(SshChannel&& other) noexcept;
    SshChannel& operator=(SshChannel&&) = delete;

    SshWire& wire() const { return *m_wire; }
    const std::string& title() const { return m_title; }

    // Hands over as much as the device takes now; how many bytes that was. Throws Error(DeviceConnectionLost) where the connection
    // is gone; a command that reads no more takes nothing.
    std::size_t write(std::string_view bytes);
    // Appends what has come; how many bytes that was.
    std::size_t read(std::string& to, Stream stream = Stream::Output);
    // No more will come.
    bool ended() const;
    // The command's input ends.
    void closeInput(const JobContext& job);
    // Waits for the end of a channel that has ended(); -1 for a command that a signal ended.
    int exitCode(const JobContext& job);
    // Asks the device to end the command. Best effort.
    void terminate();

private:
    SshChannel(SshWire& wire, std::string title, const JobContext& job);

    SshWire* m_wire;
    ssh_channel_struct* m_channel = nullptr;
    std::string m_title;
};

} // namespace hone
