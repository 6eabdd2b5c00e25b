// SPDX-License-Identifier: GPL-3.0-or-later
// Channels that hold small numbers next to channels that hold large ones waste the grid that they share. Between two layers a channel can
// be scaled up in the one and down in the other without changing what the model computes (Nagel et al. 2019, "Data-Free Quantization
// Through Weight Equalization and Bias Correction", section 4.1), through everything for which f(s x) = s f(x), s > 0.
//
// The paper makes the weights' ranges equal. With a scale for each output channel the first layer's weights need no help, and what is to be
// balanced is the noise that reaches the second layer's output through channel i: of the activation's grid, step a, which falls with the
// channel's factor s, and of the second layer's weights, steps w_o, which grows with it,
//     a^2 / 12 sum_o,k w_oik^2 / s_i^2   against   s_i^2 E[x_i^2] K sum_o w_o^2 / 12,
// least in sum where both are equal. Factors are bounded so that no channel leaves the range that the tensor has on the data: a saturating
// Clip or grid then cuts off what it cut off before. A depthwise layer's steps follow its own channel, so its channels fill the range.
#pragma once

#include "core/job_context.h"
#include "data/dataset.h"
#include "quantize/calibration.h"
#include "quantize/plan.h"
#include "quantize/scaled_values.h"

#include <vector>

namespace hone
{

struct Equalized
{
    Graph graph;                      // same ids, other weights and biases
    std::vector<ScaledValues> scaled; // between two layers each
};

// One pass over the samples. Throws what pairing, loading and ONNX Runtime throw, and Error(CalibrationEmpty).
Equalized equalize(const Graph& prepared, const QuantizationPlan& plan, const Dataset& dataset, const CalibrationOptions& options,
                   const JobContext& job);

} // namespace hone
