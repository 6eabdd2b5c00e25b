// SPDX-License-Identifier: GPL-3.0-or-later
// The rules, by family of operators (ONNX's operator specification, opsets 7 to 23), and what they share.
#pragma once

#include "prune/channel_walk.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hone::rules
{

// layers: they make channels and sum over others
void conv(ChannelWalk& walk, NodeId node);
void convTranspose(ChannelWalk& walk, NodeId node);
void gemm(ChannelWalk& walk, NodeId node);
void matMul(ChannelWalk& walk, NodeId node);
void recurrent(ChannelWalk& walk, NodeId node); // LSTM, GRU, RNN

// each channel on its own
void unary(ChannelWalk& walk, NodeId node);
void broadcast(ChannelWalk& walk, NodeId node);
void channelNormalization(ChannelWalk& walk, NodeId node); // BatchNormalization, InstanceNormalization
void pool(ChannelWalk& walk, NodeId node);
void resize(ChannelWalk& walk, NodeId node);
void pad(ChannelWalk& walk, NodeId node);

// over whole axes
void softmax(ChannelWalk& walk, NodeId node);
void overTrailingAxes(ChannelWalk& walk, NodeId node); // LayerNormalization, RMSNormalization
void overOneAxis(ChannelWalk& walk, NodeId node);      // CumSum, LpNormalization
void groupNormalization(ChannelWalk& walk, NodeId node);
void lrn(ChannelWalk& walk, NodeId node);
void reduce(ChannelWalk& walk, NodeId node);
void argReduce(ChannelWalk& walk, NodeId node);

// layout
void transpose(ChannelWalk& walk, NodeId node);
void squeeze(ChannelWalk& walk, NodeId node);
void unsqueeze(ChannelWalk& walk, NodeId node);
void flatten(ChannelWalk& walk, NodeId node);
void reshape(ChannelWalk& walk, NodeId node);
void expand(ChannelWalk& walk, NodeId node);
void tile(ChannelWalk& walk, NodeId node);
void depthToSpace(ChannelWalk& walk, NodeId node);
void spaceToDepth(ChannelWalk& walk, NodeId node);

// joining and cutting
void concat(ChannelWalk& walk, NodeId node);
void split(ChannelWalk& walk, NodeId node);
void slice(ChannelWalk& walk, NodeId node);
void gather(ChannelWalk& walk, NodeId node);

// shapes as numbers
void shapeOf(ChannelWalk& walk, NodeId node);
void constantOfShape(ChannelWalk& walk, NodeId node);
void quantized(ChannelWalk& walk, NodeId node);

// Handles a node whose first input is a small integer tensor (Identity, Cast, Squeeze, Unsqueeze, Reshape, Gather, Slice,
// Concat of shapes, Add, Sub, Mul, Div, Equal and Where on them). False where it is anything else.
bool passShapeElements(ChannelWalk& walk, NodeId node);

// An axis list from the attribute (older opsets) or the constant input (newer); none where it is left out or unknown.
struct AxisArgument
{
    bool given = false;
    std::optional<std::vector<std::int64_t>> values;
};
AxisArgument axisArgument(ChannelWalk& walk, NodeId node, const std::string& attribute, std::size_t input);
// Negative axes count from the end. None where out of range.
std::optional<std::size_t> normalizeAxis(std::int64_t axis, std::size_t rank);
// The same for each; none where any is out of range.
std::optional<std::vector<std::size_t>> normalizeAxes(const std::vector<std::int64_t>& axes, std::size_t rank);
// All axes from `first` on may not change.
void lockFrom(ChannelWalk& walk, NodeId node, const AxisList& axes, std::size_t first);
// "LayerNormalization 'ln' computes over all of its channels at once"
std::string overAll(const ChannelWalk& walk, NodeId node);

} // namespace hone::rules
