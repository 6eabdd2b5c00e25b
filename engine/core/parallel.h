// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>

namespace hone
{

// Calls work(0) to work(count - 1), each once, on up to `threads` threads (0: as many as there are cores), the caller's among them.
// The order is not defined. The first exception is thrown again, once every thread has ended.
void inParallel(std::size_t count, int threads, const std::function<void(std::size_t)>& work);

} // namespace hone
