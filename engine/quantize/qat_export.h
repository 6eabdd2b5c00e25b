// SPDX-License-Identifier: GPL-3.0-or-later
// What quantization-aware training learnt, in the form in which Q/DQ insertion takes it.
#pragma once

#include "quantize/qat_graph.h"

namespace hone
{

struct LearntEncodings
{
    Graph prepared; // with the trained numbers and the model's card
    QuantizationPlan plan;
    Encodings encodings; // of every activation and every weight
};

// `trained` is fakeQuantized()'s graph, its initializers trained. A BatchNormalization behind a layer goes into its scales and bias: with f
// = gamma / sqrt(var + epsilon), scale' = scale |f|, and integers change their sign where f < 0, so that they stay those that were trained.
// A channel whose scale gets too small for an int32 bias, or 0, is rounded anew on the smallest that isn't.
LearntEncodings learntEncodings(const QatModel& model, const FakeQuantizedGraph& trained, const Encodings& start,
                                const QuantizeOptions& options);

} // namespace hone
