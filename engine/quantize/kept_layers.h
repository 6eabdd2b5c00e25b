// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "quantize/quantize.h"

#include <set>
#include <string>

namespace hone
{

// Names of the prepared graph's nodes that the options keep in float. Throws Error(LayerUnknown), and Error(BadOption) where they leave
// no layer on integers.
std::set<std::string> keptLayers(const Graph& prepared, const QuantizeOptions& options);

// Throws what keptLayers() throws of a model as it comes, before anything is measured.
void requireKeptLayers(const Graph& graph, const QuantizeOptions& options);

} // namespace hone
