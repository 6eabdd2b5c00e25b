// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "quantize/layer_pairs.h"

#include <cstddef>
#include <set>
#include <vector>

namespace hone
{

// The quantized graph with some layers computed as the float model does: their nodes are the float graph's, and a value is on its grid only
// where a layer on integers makes or reads it. `layers`: places in `pairs`; inputs among them are passed over.
Graph withLayersInFloat(const Graph& floating, const Graph& quantized, const std::vector<LayerPair>& pairs,
                        const std::set<std::size_t>& layers);

} // namespace hone
