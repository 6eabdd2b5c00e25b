// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/json.h"
#include "project/step_record.h"

namespace hone
{

// Adds the keys that step_record.h names.
void addQuantization(const QuantizationRecord& record, Json& json);
// Throws what the JSON library throws.
QuantizationRecord quantizationFromJson(const Json& json);

} // namespace hone
