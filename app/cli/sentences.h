// SPDX-License-Identifier: GPL-3.0-or-later
// The command line's one table from message code to sentence.
#pragma once

#include "core/error.h"

#include <string>
#include <string_view>

namespace hone::cli
{

// With its {placeholders}; empty for a code that the table lacks, which a test doesn't let pass.
std::string_view sentenceFor(MessageCode code);
std::string sentence(const Message& message);

} // namespace hone::cli
