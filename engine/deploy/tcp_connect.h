// SPDX-License-Identifier: GPL-3.0-or-later
// A TCP connection to the first of a name's addresses that answers. (libssh by itself tries one address only.)
#pragma once

#include "core/job_context.h"

#include <chrono>
#include <string>

namespace hone
{

// The connected, non-blocking socket; the caller closes it. Throws Cancelled, Error(DeviceUnreachable).
int connectTcp(const std::string& host, int port, std::chrono::milliseconds patience, const JobContext& job);

} // namespace hone
