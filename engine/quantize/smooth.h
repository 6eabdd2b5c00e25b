// SPDX-License-Identifier: GPL-3.0-or-later
// Channels of a matrix product's input that are far larger than the others (outliers, as transformers have them) take the grid for
// themselves. Part of their size moves into the weights, which have a scale for each output and can bear it (Xiao et al. 2023,
// "SmoothQuant: Accurate and Efficient Post-Training Quantization for Large Language Models", equation 4, alpha = 0.5):
//     s_j = sqrt(max |x_j| / max_o |w_jo|),   x_j / s_j   and   s_j w_jo.
// What made x takes 1 / s: LayerNormalization's scale and bias, a product's weights and bias, a constant that is multiplied or added.
#pragma once

#include "core/job_context.h"
#include "data/dataset.h"
#include "quantize/calibration.h"
#include "quantize/plan.h"
#include "quantize/scaled_values.h"

#include <vector>

namespace hone
{

struct Smoothed
{
    Graph graph;                      // computes what it computed; same ids, other constants
    std::vector<ScaledValues> scaled; // by 1 / s, from what makes a value to all layers that read it
};

// Where all that reads a value is a MatMul or Gemm that the plan puts on integers, and what makes it can take the factors. One pass over
// the samples, none where there is no such place. Throws what observeValues() throws.
Smoothed smooth(const Graph& prepared, const QuantizationPlan& plan, const Dataset& dataset, const CalibrationOptions& options,
                const JobContext& job);

} // namespace hone
