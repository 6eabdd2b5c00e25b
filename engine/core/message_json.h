// SPDX-License-Identifier: GPL-3.0-or-later
// Messages as records and reports keep them.
#pragma once

#include "core/error.h"
#include "core/json.h"

#include <vector>

namespace hone
{

Json messageToJson(const Message& message); // code, arguments{}
Json messagesToJson(const std::vector<Message>& messages);
// Codes that this Hone doesn't know are left out: they were notices only. Throws what the JSON library throws.
std::vector<Message> messagesFromJson(const Json& json);

} // namespace hone
