// SPDX-License-Identifier: GPL-3.0-or-later
// The libssh session of one connection, in non-blocking mode, and the one place where this room waits for a device: so a stop is
// heard within a tenth of a second, and a device that says nothing any more is noticed.
#pragma once

#include "core/job_context.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

struct ssh_session_struct;
struct ssh_counter_struct;

namespace hone
{

class SshWire
{
public:
    using Clock = std::chrono::steady_clock;

    // Owns the session from here on.
    SshWire(ssh_session_struct* session, std::string host, int port, std::chrono::milliseconds patience);
    ~SshWire();
    SshWire(const SshWire&) = delete;
    SshWire& operator=(const SshWire&) = delete;

    ssh_session_struct* session() const { return m_session; }
    const std::string& host() const { return m_host; }
    int port() const { return m_port; }
    std::chrono::milliseconds patience() const { return m_patience; }
    void setPatience(std::chrono::milliseconds patience) { m_patience = patience; }

    // From here on silence means a lost connection rather than an unreachable device, and is first broken by asking for an answer.
    void setAuthenticated() { m_authenticated = true; }
    // Called between waits, not more often than once in five seconds.
    void setWhileWaiting(std::function<void()> call) { m_whileWaiting = std::move(call); }

    // Waits for the device to say something, 50 ms at most. Throws Cancelled, and Error(DeviceConnectionLost) (before
    // authentication: DeviceUnreachable) once the device has been silent for longer than patience(), in time that was spent here.
    void wait(const JobContext& job, const std::string& during);
    // Repeats a libssh call for as long as it answers `again`.
    template<class Call>
    int complete(int again, const JobContext& job, const std::string& during, Call call)
    {
        int answer = call();
        while (answer == again) {
            wait(job, during);
            answer = call();
        }
        return answer;
    }
    // Begins a new span of patience, as after a question that a person took their time to answer.
    void heardNow();
    [[noreturn]] void lost(const std::string& during) const;

private:
    void askForAnswer();

    ssh_session_struct* m_session;
    std::string m_host;
    int m_port;
    std::chrono::milliseconds m_patience;
    bool m_authenticated = false;
    std::function<void()> m_whileWaiting;
    std::unique_ptr<ssh_counter_struct> m_traffic; // libssh counts into it
    std::uint64_t m_bytesHeard = 0;
    Clock::duration m_silence{};
    Clock::duration m_askAt{}; // of silence
    Clock::time_point m_lastTurn;
    Clock::time_point m_lastCall;
};

} // namespace hone
