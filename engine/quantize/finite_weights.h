// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "graph/graph.h"

#include <string>

namespace hone
{

// No constant that a node reads, in sub-graphs too, holds NaN, and none that a layer multiplies with or adds as its bias is infinite:
// elsewhere infinity says something, as in a mask or as the bound of a Clip. Throws Error(ModelInvalid), which names the initializer.
void requireFiniteWeights(const Graph& graph, const std::string& nameForErrors);

} // namespace hone
