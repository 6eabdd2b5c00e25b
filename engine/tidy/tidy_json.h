// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/json.h"
#include "tidy/tidy.h"

#include <vector>

namespace hone
{

Json changesToJson(const std::vector<TidyChange>& changes); // pass, count, nodes[]
Json toJson(const TidySize& size);                          // nodes, initializers, initializerBytes

} // namespace hone
