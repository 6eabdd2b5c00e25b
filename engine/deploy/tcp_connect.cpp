// SPDX-License-Identifier: GPL-3.0-or-later
#include "deploy/tcp_connect.h"

#include "core/error.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <future>
#include <memory>
#include <thread>

namespace hone
{
namespace
{

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds turn{50};

struct FreeAddresses
{
    void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

struct Lookup
{
    int error = 0;
    Addresses addresses;
};

Lookup lookUp(const std::string& host, int port)
{
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* list = nullptr;
    int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
    // A machine without any network still has its loopback addresses.
    if (error != 0) {
        hints.ai_flags = 0;
        error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
    }
    return {error, Addresses(error == 0 ? list : nullptr)};
}

class Attempt
{
public:
    Attempt(const std::string& host, int port, std::chrono::milliseconds patience, const JobContext& job)
        : m_host(host),
          m_port(port),
          m_deadline(Clock::now() + patience),
          m_patience(patience),
          m_job(job)
    {}

    int connect()
    {
        const auto addresses = resolve();
        int error = ETIMEDOUT;
        for (const auto* address = addresses.get(); address; address = address->ai_next) {
            const int socket = ::socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
            if (socket < 0) {
                error = errno;
                continue;
            }
            try {
                error = connectTo(socket, *address);
            } catch (...) {
                ::close(socket);
                throw;
            }
            if (error == 0) {
                const int on = 1;
                ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                return socket;
            }
            ::close(socket);
        }
        unreachable(error == ETIMEDOUT ? noAnswer() : std::strerror(error));
    }

private:
    Addresses resolve()
    {
        // The system's resolver can't be interrupted: on a stop its thread is left to end by itself.
        std::packaged_task<Lookup()> task([host = m_host, port = m_port] { return lookUp(host, port); });
        auto future = task.get_future();
        std::thread(std::move(task)).detach();
        while (future.wait_for(turn) != std::future_status::ready) {
            m_job.checkStop();
            if (Clock::now() > m_deadline)
                unreachable("the name wasn't resolved within " + std::to_string(m_patience.count() / 1000) + " s");
        }
        auto lookup = future.get();
        if (lookup.error != 0)
            unreachable(::gai_strerror(lookup.error));
        return std::move(lookup.addresses);
    }

    // 0, or an errno.
    int connectTo(int socket, const addrinfo& address)
    {
        if (::connect(socket, address.ai_addr, address.ai_addrlen) == 0)
            return 0;
        if (errno != EINPROGRESS)
            return errno;
        pollfd wait{.fd = socket, .events = POLLOUT, .revents = 0};
        while (::poll(&wait, 1, static_cast<int>(turn.count())) <= 0) {
            m_job.checkStop();
            if (Clock::now() > m_deadline)
                return ETIMEDOUT;
        }
        int error = 0;
        socklen_t size = sizeof error;
        ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
        return error;
    }

    std::string noAnswer() const { return "no answer within " + std::to_string(m_patience.count() / 1000) + " s"; }
    [[noreturn]] void unreachable(const std::string& reason) const
    {
        throw Error(MessageCode::DeviceUnreachable, {{"host", m_host}, {"port", std::to_string(m_port)}, {"reason", reason}});
    }

    const std::string& m_host;
    int m_port;
    Clock::time_point m_deadline;
    std::chrono::milliseconds m_patience;
    const JobContext& m_job;
};

} // namespace

int connectTcp(const std::string& host, int port, std::chrono::milliseconds patience, const JobContext& job)
{
    return Attempt(host, port, patience, job).connect();
}

} // namespace hone
