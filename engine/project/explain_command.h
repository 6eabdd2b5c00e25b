// SPDX-License-Identifier: GPL-3.0-or-later
// `hone explain` of a quantized file against the one that it was made from, for copying.
#pragma once

#include <string>

namespace hone
{

std::string explainCommandLine(const std::string& quantized, const std::string& floating, const std::string& data);

} // namespace hone
