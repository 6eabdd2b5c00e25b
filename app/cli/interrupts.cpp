// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/interrupts.h"

#include "cli/exit_codes.h"

#include <csignal>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace hone::cli
{
namespace
{

// A signal handler can reach nothing but globals. It writes into a pipe, because a stop_source must not be used inside of one;
// signals are not blocked instead, because child processes would inherit that.
std::atomic<int> signalsSeen = 0;
int pipeEnds[2] = {-1, -1};

constexpr char stopAsked = 's';
constexpr char listenerEnds = 'e';

void onSignal(int)
{
    if (signalsSeen.fetch_add(1) > 0)
        ::_exit(exitCancelled);
    const int before = errno;
    [[maybe_unused]] const auto written = ::write(pipeEnds[1], &stopAsked, 1);
    errno = before;
}

} // namespace

Interrupts::Interrupts()
{
    if (::pipe2(pipeEnds, O_CLOEXEC) != 0)
        return; // then signals end the program in the system's way
    m_listener = std::thread([this] {
        char received = 0;
        while (::read(pipeEnds[0], &received, 1) == 1 && received != listenerEnds)
            m_stop.request_stop();
    });
    struct sigaction action = {};
    action.sa_handler = onSignal;
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
}

Interrupts::~Interrupts()
{
    if (!m_listener.joinable())
        return;
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    [[maybe_unused]] const auto written = ::write(pipeEnds[1], &listenerEnds, 1);
    m_listener.join();
    ::close(pipeEnds[0]);
    ::close(pipeEnds[1]);
}

} // namespace hone::cli
