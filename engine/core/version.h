// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace hone
{

std::string_view version(); // Hone's own, "0.1.0"

// What results depend on besides input, parameters and seed: "processor" (name), "features" (vector extensions).
std::map<std::string, std::string> processorFacts();

} // namespace hone
