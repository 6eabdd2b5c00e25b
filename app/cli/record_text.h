// SPDX-License-Identifier: GPL-3.0-or-later
// What a step did, in words: after it has run, and of a build that keeps it.
#pragma once

#include "project/step.h"

#include <string>

namespace hone::cli
{

// Lines; empty where there is nothing to say.
std::string recordText(const StepParameters& parameters, const StepRecord& record);

} // namespace hone::cli
