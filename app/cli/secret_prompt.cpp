// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/secret_prompt.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

namespace hone::cli
{
namespace
{

// The terminal itself, without echo while this lives.
class HiddenInput
{
public:
    HiddenInput() : m_terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY))
    {
        if (m_terminal < 0 || ::tcgetattr(m_terminal, &m_before) != 0)
            return;
        termios hidden = m_before;
        hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        m_ready = ::tcsetattr(m_terminal, TCSAFLUSH, &hidden) == 0;
    }
    ~HiddenInput()
    {
        if (m_ready)
            ::tcsetattr(m_terminal, TCSAFLUSH, &m_before);
        if (m_terminal >= 0)
            ::close(m_terminal);
    }
    HiddenInput(const HiddenInput&) = delete;
    HiddenInput& operator=(const HiddenInput&) = delete;

    bool ready() const { return m_ready; }
    void write(const std::string& text) const { [[maybe_unused]] const auto written = ::write(m_terminal, text.data(), text.size()); }
    std::string readLine() const
    {
        std::string line;
        char c = 0;
        while (::read(m_terminal, &c, 1) == 1 && c != '\n')
            line += c;
        return line;
    }

private:
    int m_terminal;
    termios m_before{};
    bool m_ready = false;
};

} // namespace

std::optional<std::string> askSecret(const std::string& prompt)
{
    const HiddenInput input;
    if (!input.ready())
        return std::nullopt;
    input.write("\r\033[K" + prompt + ": ");
    auto line = input.readLine();
    input.write("\n");
    if (line.empty())
        return std::nullopt;
    return line;
}

} // namespace hone::cli
