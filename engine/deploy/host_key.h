// SPDX-License-Identifier: GPL-3.0-or-later
// Is this the device that it says it is?
#pragma once

#include "deploy/ssh_session.h"

namespace hone
{

class SshWire;

// Compares the key that the device showed with the known hosts, and adds it there where it is unknown and is the one accepted.
// A key that isn't the one that options.acceptHostKey names is refused even where the file knows it. Throws
// Error(HostKeyUnknown, HostKeyChanged, HostKeyNotAccepted, FileUnreadable, FileUnwritable).
void checkHostKey(SshWire& wire, const SshOptions& options);

} // namespace hone
