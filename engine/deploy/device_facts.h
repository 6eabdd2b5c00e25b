// SPDX-License-Identifier: GPL-3.0-or-later
// What kind of device is at the other end.
#pragma once

#include "deploy/deployer.h"

#include <string>

namespace hone
{

struct DeviceReport
{
    DeviceFacts facts;
    std::string time; // there, UTC, "20260131-235959"; sorts as text
};

// One command in the device's sh, which may be busybox's. What the device doesn't tell stays empty or 0.
// Throws Cancelled, Error(DeviceConnectionLost, DeviceCommandFailed).
DeviceReport readDeviceFacts(SshSession& session, const JobContext& job);

// Splits "key=value" lines; exposed for its test.
DeviceReport parseDeviceReport(const std::string& text, const std::string& host);

} // namespace hone
