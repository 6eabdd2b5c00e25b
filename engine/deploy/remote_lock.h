// SPDX-License-Identifier: GPL-3.0-or-later
// One deployment at a time: a folder on the device, held by a shell there that lives as long as this connection. When the
// connection goes, for whatever reason, that shell removes the lock and what was half sent.
#pragma once

#include "deploy/ssh_channel.h"
#include "deploy/ssh_session.h"

#include <memory>
#include <string>

namespace hone
{

class RemoteLock
{
public:
    struct Place
    {
        std::string folder;  // that is locked; made where it isn't there
        std::string partial; // in the folder: removed with the lock
    };

    // Throws Cancelled, Error(DeviceBusy, DeviceConnectionLost, DeviceCommandFailed).
    RemoteLock(SshSession& session, const Place& place, const JobContext& job);
    // Gives the lock back and waits until the partial folder is gone, two seconds at most.
    ~RemoteLock();
    RemoteLock(const RemoteLock&) = delete;
    RemoteLock& operator=(const RemoteLock&) = delete;

private:
    SshWire& m_wire;
    std::unique_ptr<SshChannel> m_holder;
};

} // namespace hone
