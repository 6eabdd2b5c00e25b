// SPDX-License-Identifier: GPL-3.0-or-later
// Who is asking: the identity file that was named, or else the agent and ~/.ssh's keys; then what a person is asked for.
#pragma once

#include "deploy/ssh_session.h"

namespace hone
{

class SshWire;

// Throws Cancelled, Error(DeviceAuthenticationFailed, IdentityUnreadable, DeviceUnreachable).
void authenticate(SshWire& wire, const SshOptions& options, const JobContext& job);

} // namespace hone
