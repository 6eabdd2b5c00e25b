// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "deploy/deployer.h"

#include <string>

namespace hone::cli
{

// What the device answered, for people.
std::string deployText(const DeployResult& result);

} // namespace hone::cli
