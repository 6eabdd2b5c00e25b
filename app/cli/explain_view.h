// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "quantize/explain.h"

#include <string>

namespace hone::cli
{

// Short tables, the worst layers first, and what to change.
std::string explanationText(const Explanation& explanation);

} // namespace hone::cli
