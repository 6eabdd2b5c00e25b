// SPDX-License-Identifier: GPL-3.0-or-later
// Hone's own operators for quantization-aware training; they never stand in a file that Hone writes. FakeQuantize is
//
//     y = scale * clip(round(x / scale), lowest - zeroPoint, highest - zeroPoint)
//
// is what DequantizeLinear makes of what QuantizeLinear makes of x (ONNX operator specification), on a grid of any width. Inputs: x, and
// scale, a float32 vector: [1], or one for each index of the axis. The grid's integers are attributes, since training doesn't change them.
//
// RoundBias moves a layer's result, [N, channels, ...], by what its bias moves when it becomes an integer of scale inputScale * weightScale
// behind the weights, as integer kernels want it; with few bits for weights that is a coarse grid. A BatchNormalization behind the layer
// counts as folded: c = bias + beta sqrt(var + epsilon) / gamma - mean goes onto the grid. While it uses the statistics of batches, there
// is no such number, and the result stays. Inputs: the result, inputScale, weightScale, and, where there are some, bias, gamma, beta, mean,
// var.
#pragma once

#include "graph/graph.h"

#include <string_view>

namespace hone
{

constexpr std::string_view honeDomain = "hone";

inline bool isFakeQuantize(const Node& node)
{
    return node.domain == honeDomain && node.opType == "FakeQuantize";
}

struct FakeQuantizeGrid
{
    std::int64_t axis = 0; // where there is more than one scale
    std::int64_t zeroPoint = 0;
    std::int64_t lowest = 0;
    std::int64_t highest = 255;
};

inline bool isRoundBias(const Node& node)
{
    return node.domain == honeDomain && node.opType == "RoundBias";
}

inline Node fakeQuantizeNode(ValueId x, ValueId scale, ValueId y, const FakeQuantizeGrid& grid)
{
    Node node{.name = "", .opType = "FakeQuantize", .domain = std::string(honeDomain), .inputs = {x, scale}, .outputs = {y}};
    node.attributes = {{"axis", grid.axis}, {"zeroPoint", grid.zeroPoint}, {"lowest", grid.lowest}, {"highest", grid.highest}};
    return node;
}

} // namespace hone
