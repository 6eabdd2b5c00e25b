// SPDX-License-Identifier: GPL-3.0-or-later
// Which nodes of a prepared graph are computed on integers and which values are stored as such.
#pragma once

#include "graph/graph.h"
#include "quantize/scheme.h"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hone
{

// A node whose weights become int8.
struct WeightedNode
{
    NodeId node;
    std::int64_t channelAxis = 0; // of the weights: Conv 0, ConvTranspose 1, Gemm by transB, MatMul the last
    bool integer = true;          // false: there is no integer kernel, only the weights are stored as int8
};

struct QuantizationPlan
{
    std::vector<WeightedNode> weighted;
    // Nodes without weights that are computed on integers, or only move them.
    std::vector<NodeId> others;
    // Relu and Clip nodes that say nothing more once their output saturates; they go.
    std::vector<NodeId> absorbed;
    // Values that become 8-bit; those of a group share scale and zero point (a pooling's input and output, a Concat's parts).
    std::vector<std::vector<ValueId>> groups;
    std::map<ValueId, std::size_t> groupOf;
    std::vector<std::string> floatNodes; // computing nodes that stay as they are
    // Nodes whose activations have 16 bits, and groups that are stored so; a reader of the other width converts what it reads. A node
    // without weights is as wide as the widest it reads, and a value as what computes it.
    std::set<NodeId> wide;
    std::set<std::size_t> wideGroups;
    // Grids that the scheme gives a group, whatever its range.
    std::map<std::size_t, OutputGrids> givenGrids;
    // Readers that convert what they read to the grid of another group, because theirs must be that of their result.
    std::map<Use, std::size_t> conversions;

    bool isQuantized(ValueId id) const { return groupOf.contains(id); }
    // In that type.
    std::optional<FixedGrid> givenGrid(std::size_t group, const GridType& type) const;
};

struct PlanOptions
{
    std::set<std::string> keepFloat;   // names of nodes that are computed in float whatever they are
    std::set<std::string> sixteenBits; // names of nodes with weights whose activations have 16 bits
    Scheme scheme = Scheme::OnnxRuntime;
};

// Quantized are Conv, Gemm and MatMul with constant weights, and whatever else has an integer form in the scheme's table, where its
// Placement (scheme.h) says. BetweenLayers: what comes before the first and after the last stays float, and so does a model's output.
QuantizationPlan planQuantization(const Graph& prepared, const PlanOptions& options = {});

// Whether a node's output holds what its first input holds, in another shape or less of it (MaxPool). False for an invalid id.
bool onlyMoves(const Graph& graph, NodeId id);

// The group of the value that an absorbed node, with other absorbed ones behind it, leads to.
std::size_t groupBehind(const Graph& prepared, const QuantizationPlan& plan, NodeId absorbed);

} // namespace hone
