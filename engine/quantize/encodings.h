// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers of a quantized model before they are put into a graph: a grid for each activation, integers for each weight. Whatever
// finds them (ranges of calibration, adaptive rounding, training) hands them to insertQdq() in this form.
#pragma once

#include "quantize/parameters.h"
#include "quantize/plan.h"

#include <map>
#include <string>

namespace hone
{

struct Encodings
{
    // By value name; of the members of a group (plan.h) one is enough. Also of constants that Add, Mul or Concat read, which otherwise get
    // the grid of their own range.
    std::map<std::string, QuantizationParameters> activations;
    std::map<std::string, QuantizedWeights> weights; // by name of the node that reads them, int8 in the shape of its float weights
};

// Of a group of the plan, where others have the type.
GridType typeOfGroup(const QuantizationPlan& plan, std::size_t group, GridType type);
// The grid on which a node reads a value of that group: the group's own or, where their widths differ, one of its range in the node's.
QuantizationParameters gridRead(const QuantizationPlan& plan, NodeId reader, std::size_t group, const QuantizationParameters& own,
                                const GridType& type);

// The grids that the ranges ask for; members of a group share the one that holds all of theirs, or the one that the scheme gives it. `type`
// is that of groups of 8 bits.
// Throws Error(InternalFault) where no member of a group has a range.
Encodings encodingsFromRanges(const Graph& prepared, const QuantizationPlan& plan, const TensorRanges& ranges, const GridType& type);

// Whether a node's weights have a scale for each output channel.
bool hasScaleAChannel(const Node& node, const QuantizeOptions& options);

// Every weighted node's integers, rounded to nearest; scales as large as the largest weight asks for and, with fewer than 8 bits, where the
// squared error of the weights is least. Biases are what they are in the graph: a scale grows where int32 couldn't hold one otherwise.
// Throws Error(InternalFault) where a weight is not finite.
void encodeWeights(const Graph& prepared, const QuantizationPlan& plan, const QuantizeOptions& options, Encodings& encodings);

} // namespace hone
