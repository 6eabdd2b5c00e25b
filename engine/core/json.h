// SPDX-License-Identifier: GPL-3.0-or-later
// The JSON value in the engine's headers. Keys keep the order in which they were added, so the same value gives the
// same bytes. Include <nlohmann/json.hpp> where one is read or made.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace hone
{
using Json = nlohmann::ordered_json;
}
