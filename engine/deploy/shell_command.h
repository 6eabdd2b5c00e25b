// SPDX-License-Identifier: GPL-3.0-or-later
// Scripts for a device's sh, whatever shell its user logs in with.
#pragma once

#include "deploy/ssh_session.h"

#include <string>
#include <vector>

namespace hone
{

// The command line that runs the script in sh, with arguments as $1, $2, ...
std::string shellCommand(const std::string& script, const std::vector<std::string>& arguments);

// Runs it; its output. Throws Error(DeviceCommandFailed) with what it complained of where its exit code isn't 0.
std::string runScript(SshSession& session, const std::string& script, const std::vector<std::string>& arguments, const JobContext& job);

// The last line of what a command complained of, for a message's detail.
std::string complaint(const CommandResult& result);

} // namespace hone
