// SPDX-License-Identifier: GPL-3.0-or-later
// Where Hone lives on a device, and what runs there.
#pragma once

#include "deploy/deployer.h"
#include "deploy/shipment.h"

#include <filesystem>
#include <string>
#include <vector>

namespace hone
{

// As a path that no command mistakes for an option: "~/x" and "x" lie in the user's home, where commands and SFTP begin.
std::string remoteFolder(const std::string& wanted);

// The runner's files for a device. Throws Error(DeviceUnsupported) where Hone knows none of its kind, Error(RunnerMissing).
std::vector<ShippedFile> runnerFor(const DeviceFacts& facts, const std::filesystem::path& runnerFolder);

} // namespace hone
