// SPDX-License-Identifier: GPL-3.0-or-later
// The command line as a function: arguments in, exit code out.
#pragma once

#include "cli/console.h"

namespace hone::cli
{

int runProgram(int argc, const char* const* argv, Console& console);

} // namespace hone::cli
