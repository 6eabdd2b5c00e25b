// SPDX-License-Identifier: GPL-3.0-or-later
// The graph that quantization-aware training trains: the float one with FakeQuantize (graph/fake_quantize.h) where the file that is
// written at the end has QuantizeLinear and DequantizeLinear, and with its BatchNormalization.
#pragma once

#include "quantize/encodings.h"

#include <cstdint>
#include <map>
#include <string>

namespace hone
{

// Scales of weights are per output channel, so that a BatchNormalization folds into them afterwards without rounding anything anew; where
// they aren't (one scale for all, a grouped ConvTranspose), it is folded before training.
struct QatModel
{
    Graph trainable; // prepared, each layer with vectors of its own
    Graph prepared;  // the same with BatchNormalization folded; names of nodes and of what they make are the same
    PlanOptions planning;
    QuantizationPlan plan; // of `prepared`
};

// Throws Error(OpsetNotRaised, NothingToQuantize) and what keptLayers() throws.
QatModel prepareForQat(const Graph& graph, const QuantizeOptions& options);

struct ActivationStep
{
    std::string step; // the initializer that holds the scale
    std::int32_t zeroPoint = 0;
};

struct WeightStep
{
    std::string step;
    std::int64_t axis = 0; // of the weights as they are trained
};

struct FakeQuantizedGraph
{
    Graph graph;
    std::map<std::string, ActivationStep> activations; // by value name, of the model's `prepared`; members of a group share one
    std::map<std::string, WeightStep> weights;         // by name of the node that reads them
};

// Activations start on the grids given. Weights start on the grid that holds the largest or, with fewer than 8 bits, on the one with
// the least squared error: one that holds the largest would leave most of them 0.
FakeQuantizedGraph fakeQuantized(const QatModel& model, const Encodings& start, const QuantizeOptions& options);

} // namespace hone
