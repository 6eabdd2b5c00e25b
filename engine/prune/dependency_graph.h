// SPDX-License-Identifier: GPL-3.0-or-later
// Which channels must leave together, found from the graph itself (after Fang et al. 2023, "DepGraph").
//
// Every index of every axis of every constant is followed through the operators. Where an operator ties two of them
// together (the sum of two convolutions, a convolution and its normalization) they become one channel. Example: in
// y = Conv2(Relu(Conv1(x))) channel c is row c of Conv1's weight, element c of its bias and column c of Conv2's weight.
#pragma once

#include "graph/graph.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hone
{

struct ChannelRef
{
    std::uint32_t group = 0;
    std::uint32_t channel = 0;
};

enum class SliceRole
{
    Output,     // an axis along which the layer makes the group's channels (Conv weight axis 0)
    Input,      // an axis along which a layer reads them (Conv weight axis 1)
    Elementwise // one number a channel: bias, BatchNormalization, PRelu
};

// Channel c of a group is the elements positions[c] of `axis` of a constant (an initializer, or a Constant node's
// output). Example: Flatten of [N, 16, 4, 4] into Gemm: positions[1] of the Gemm weight's input axis are 16 to 31.
struct Slice
{
    ValueId initializer;
    NodeId node;           // the first node that uses it so
    std::size_t input = 0; // which of its inputs
    bool everyUse = false; // true: a layer's weight, the same wherever it is used; false: of this input of this node only
    int axis = 0;
    SliceRole role = SliceRole::Output;
    std::vector<std::vector<std::int64_t>> positions;
};

// An input of a layer that sums over channels: with these positions of its axis at zero, the layer doesn't see them.
struct Reading
{
    NodeId node;
    std::size_t input = 0;
    int axis = 0;
    int rank = 0;                                     // of the input
    std::int64_t extent = 0;                          // of the axis
    std::vector<std::vector<std::int64_t>> positions; // by channel
};

// Coupled channels: channel c leaves from every slice, or stays in every one.
struct PruningGroup
{
    std::string name; // its first layer's; " #2" and so on behind it where a layer's channels fall into several groups
    std::int64_t channels = 0;
    std::int64_t granularity = 1; // outputs of the first layer that one channel stands for (grouped convolution: one of each group)
    std::vector<Slice> slices;
    std::vector<Reading> readings;
    std::vector<Reading> reductions; // by operators that make one number of all channels (a mean, a maximum over them): Restrictions
    std::vector<NodeId> layers;      // that make the channels: Conv, ConvTranspose, Gemm, MatMul, LSTM, GRU, RNN, an embedding's Gather
    std::vector<NodeId> followers;   // that lose the same channels without making them: depthwise Conv, BatchNormalization, PRelu
    std::vector<NodeId> readers;     // that take the channels in and make others: the next Conv or Gemm
    // Couplings, then the followers: "Add 'add_3' couples 'conv_2' and 'conv_5'", "Conv 'dw' filters each channel on its own".
    std::vector<std::string> reasons;
};

// An operator that computes over an axis of channels as a whole (LayerNormalization, a mean over channels). With fewer
// channels it computes something else than with masked ones; what it is to compute is its result on those that stay.
struct Restriction
{
    struct Place
    {
        std::size_t index = 0; // of the node's inputs or outputs
        int axis = 0;
    };
    NodeId node;
    std::vector<Place> inputs;                                 // that have the axis
    std::vector<Place> outputs;                                // likewise
    std::int64_t extent = 0;                                   // of the axis
    std::vector<std::pair<std::int64_t, ChannelRef>> channels; // by position; those of no group are left out
};

struct UnprunableLayer
{
    NodeId node;
    std::string name;
    std::string reason;
};

// A number that counts channels. When k of `channels` leave it becomes before - k (before + k where it counts from the end).
struct CountEdit
{
    enum class Place
    {
        Attribute,  // Conv's group
        Input,      // an element of a constant input: Reshape's target, Slice's start
        SplitSize,  // of output `element`, wherever this Split keeps its sizes
        ValueExtent // extent `element` of a value's shape
    };
    Place place = Place::Attribute;
    NodeId node;
    std::size_t input = 0;
    std::string attribute;
    ValueId value;
    std::int64_t element = 0;
    std::int64_t before = 0;
    bool fromEnd = false;
    std::vector<ChannelRef> channels;
};

// Numbers that are computed from shapes, and that the same computation would get wrong once channels have left (head size =
// embedding width / heads) or that must not follow (a Softmax's scale): the node reads them from the file instead, as they
// are in the original; CountEdits apply to them. Elements without a number stay as they are computed.
struct WrittenNumbers
{
    NodeId node;
    std::size_t input = 0;
    std::vector<std::optional<std::int64_t>> numbers;
};

struct DependencyGraph
{
    std::vector<PruningGroup> groups;        // prunable, in the graph's order
    std::vector<UnprunableLayer> unprunable; // with its reason: "makes the model's output", ...
    std::vector<CountEdit> counts;
    std::vector<WrittenNumbers> written;
    std::vector<Restriction> restrictions;
};

// What attention loses, whose projections are reshaped to heads x size.
enum class AttentionChannels
{
    Size, // every head as much of its size
    Heads // whole heads
};

// Throws Error(ShapeMismatch) where the graph's shapes can't fit.
DependencyGraph findDependencies(const Graph& graph, AttentionChannels attention = AttentionChannels::Size);

} // namespace hone
