// SPDX-License-Identifier: GPL-3.0-or-later
// YAML as JSON values with the line of every key, so that what reads JSON can say where a recipe is wrong.
#pragma once

#include "core/json.h"

#include <map>
#include <string>

namespace hone
{

struct YamlProblem
{
    int line = 1;
    std::string text;
};

// Plain scalars become null, true, false, whole numbers, numbers or texts; quoted ones are texts. `lines` maps a place
// ("/steps/0/epochs", "/steps/0") to its line, from 1. Throws YamlProblem: not YAML, a key twice, too deep or too large.
void yamlToJson(const std::string& yaml, Json& json, std::map<std::string, int>& lines);

} // namespace hone
