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
    std::map<std::string, QuantizationParameters>
        activations; // by value name; of the members of a group (plan.h) one is enough; also constants that
                     // Add, Mul or Concat reads, which otherwise get the grid of their own range
    // By name of the node that reads them, int8 in the shape of its float weights. Nodes that aren't named are rounded to nearest.
    std::map<std::string, QuantizedWeights> weights;
};

// The grids that the ranges ask for; members of a group share the one that holds all of theirs.
// Throws Error(InternalFault) where no member of a group has a range.
Encodings encodingsFromRanges(const Graph& prepared, const QuantizationPlan& plan, const TensorRanges& ranges, ActivationType type);

} // namespace hone
