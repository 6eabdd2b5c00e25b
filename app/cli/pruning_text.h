// SPDX-License-Identifier: GPL-3.0-or-later
// What pruning did, in words.
#pragma once

#include "project/step.h"

#include <string>

namespace hone::cli
{

// The target and what was reached, the rounds, and groups that weren't ranked by the importance asked for; empty where there is nothing to
// say.
std::string pruningText(const StepParameters& parameters, const StepRecord& record);

} // namespace hone::cli
