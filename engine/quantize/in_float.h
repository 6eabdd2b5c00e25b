// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "quantize/layer_pairs.h"

#include <cstddef>
#include <set>
#include <vector>

namespace hone
{

// A float reading of a quantized value for a Conv, ConvTranspose or Gemm that shall stay float: of itself ONNX Runtime quantizes the float
// weights and bias of one that reads a DequantizeLinear with one scale (to int8 with one scale for all channels), whatever stands behind
// it. One that has a scale for each channel, all the same, it leaves alone. `channels`: of axis 1. Other runtimes refuse such a reading.
ValueId readForFloat(Graph& graph, NodeId quantizer, std::int64_t channels);

// The quantized graph with some layers computed as the float model does: their nodes are the float graph's, and a value is on its grid only
// where a layer on integers makes or reads it. `layers`: places in `pairs`; inputs among them are passed over.
Graph withLayersInFloat(const Graph& floating, const Graph& quantized, const std::vector<LayerPair>& pairs,
                        const std::set<std::size_t>& layers);

} // namespace hone
