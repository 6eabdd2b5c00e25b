// SPDX-License-Identifier: GPL-3.0-or-later
// What each layer costs in ONNX Runtime, from the times of the nodes that it became there.
#pragma once

#include "quantize/layer_pairs.h"
#include "runtime/profile.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace hone
{

// A node of ONNX Runtime's rewritten graph and what it takes.
struct Kernel
{
    std::string name;
    std::string opType;
    double microseconds = 0;
    std::optional<std::size_t> layer; // none: of no layer
};

// Whether a kernel only brings values into another form: QuantizeLinear, DequantizeLinear, Transpose, ReorderInput, ReorderOutput.
bool changesForm(const Kernel& kernel);

// Each node of `optimized`, which ONNX Runtime made of `original`, with the layer whose nodes (in `original`) it came from: told by the
// values that it makes, by its name, by the weights that it reads, and where none of them was there before by its neighbours.
std::vector<Kernel> kernelsOfLayers(const Graph& optimized, const Graph& original, const std::vector<std::vector<NodeId>>& nodesOfLayers,
                                    const std::vector<NodeTime>& times);

struct LayerTime
{
    double microseconds = 0;
    bool integer = false; // one of its kernels computes on integers
};

std::vector<LayerTime> timesOfLayers(const std::vector<Kernel>& kernels, const Graph& optimized, std::size_t layers);

} // namespace hone
