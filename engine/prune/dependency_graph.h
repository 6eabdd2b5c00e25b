// SPDX-License-Identifier: GPL-3.0-or-later
// Which channels must leave together, found from the graph itself (after Fang et al. 2023, "DepGraph").
#pragma once

#include "graph/graph.h"

#include <cstdint>
#include <string>
#include <vector>

namespace hone
{

enum class SliceRole
{
    Output,   // an axis along which the layer makes the group's channels (Conv weight axis 0)
    Input,    // an axis along which a layer reads them (Conv weight axis 1)
    Elementwise // one number a channel: bias, BatchNormalization, PRelu
};

// Channel c of a group is the elements [c * repeat, (c + 1) * repeat) + offset of `axis` of an initializer.
// Example: Flatten of [N, 16, 4, 4] into Gemm: repeat 16 on the Gemm weight's input axis.
struct Slice
{
    ValueId initializer;
    NodeId node;
    int axis = 0;
    std::int64_t offset = 0;
    std::int64_t repeat = 1;
    SliceRole role = SliceRole::Output;
};

// Coupled channels: channel c leaves from every slice, or stays in every one.
struct PruningGroup
{
    std::string name; // its first layer's
    std::int64_t channels = 0;
    std::int64_t granularity = 1; // channels leave in blocks of so many (grouped convolutions: those of one group's stride)
    std::vector<Slice> slices;
    std::vector<NodeId> layers;   // Conv, ConvTranspose, Gemm, MatMul that make the channels
    std::vector<std::string> reasons; // "Add 'add_3' couples 'conv_2' and 'conv_5'"
};

struct UnprunableLayer
{
    NodeId node;
    std::string name;
    std::string reason;
};

struct DependencyGraph
{
    std::vector<PruningGroup> groups;       // prunable, in the graph's order
    std::vector<UnprunableLayer> unprunable; // with its reason: "makes the model's output", ...
};

DependencyGraph findDependencies(const Graph& graph);

} // namespace hone
