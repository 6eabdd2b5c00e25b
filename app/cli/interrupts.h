// SPDX-License-Identifier: GPL-3.0-or-later
// Ctrl-C and SIGTERM: the first asks the work to stop, the second ends the program at once.
#pragma once

#include <stop_token>
#include <thread>

namespace hone::cli
{

// One at a time, for the program's life.
class Interrupts
{
public:
    Interrupts();
    ~Interrupts();
    Interrupts(const Interrupts&) = delete;
    Interrupts& operator=(const Interrupts&) = delete;

    std::stop_token token() const { return m_stop.get_token(); }

private:
    std::stop_source m_stop;
    std::thread m_listener;
};

} // namespace hone::cli
