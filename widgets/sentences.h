// SPDX-License-Identifier: GPL-3.0-or-later
// The studio's table from message code to a translated sentence that says what happened and what to do.
#pragma once

#include "core/error.h"

#include <QString>

namespace hone::studio
{

// With its arguments filled in.
QString sentence(const Message& message);
// Before the arguments are filled in, untranslated; null where the table lacks the code.
const char* sentenceSource(MessageCode code);

} // namespace hone::studio
