// SPDX-License-Identifier: GPL-3.0-or-later
// Words of a POSIX shell's command line.
#pragma once

#include <string>

namespace hone
{

// In single quotes.
std::string shellQuoted(const std::string& argument);

// As it is where nothing in it means anything to a shell, otherwise in single quotes.
std::string shellWord(const std::string& argument);

} // namespace hone
