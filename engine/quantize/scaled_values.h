// SPDX-License-Identifier: GPL-3.0-or-later
// Values that a quantized file holds in another scale by channel than the float model, though both compute the same: what equalize.h and
// smooth.h moved from one layer into another. The file says so itself, in its ONNX metadata ("hone.scaled"), since rounded weights don't
// tell it for sure.
#pragma once

#include "graph/graph.h"

#include <string>
#include <vector>

namespace hone
{

struct ScaledValues
{
    std::string first;               // the node that takes the factors
    std::vector<std::string> second; // layers that undo them
    std::vector<std::string> values; // of the float model, by name
    int axis = 1;                    // of the channels; -1: the last
    std::vector<double> factors;     // by channel: what the float model's values have to be multiplied by

    double largestFactor() const; // or the inverse of the smallest
};

// To four digits. Nothing is written where nothing was scaled.
void writeScaledValues(Graph& graph, const std::vector<ScaledValues>& scaled);
// Throws Error(ModelInvalid) where the metadata is there but can't be read.
std::vector<ScaledValues> readScaledValues(const Graph& graph);

} // namespace hone
