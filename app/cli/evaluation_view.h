// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "evaluate/evaluation.h"

#include <string>

namespace hone::cli
{

// One figure a line, those of its task first.
std::string evaluationText(const Evaluation& evaluation);

} // namespace hone::cli
