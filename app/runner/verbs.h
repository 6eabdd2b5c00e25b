// SPDX-License-Identifier: GPL-3.0-or-later
// What hone-runner can do: one file a verb. Each takes the words behind its name and throws Failure.
#pragma once

#include <string>
#include <vector>

namespace hone::runner
{

using Words = std::vector<std::string>;

void info(const Words& words);
void classify(const Words& words);
void smoke(const Words& words);
void latency(const Words& words);
void evaluate(const Words& words);
void switchLink(const Words& words);

// A file of the release that this program is part of: in its own folder.
std::string besideProgram(const std::string& name);

} // namespace hone::runner
