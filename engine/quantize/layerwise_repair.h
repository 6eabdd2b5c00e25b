// SPDX-License-Identifier: GPL-3.0-or-later
// What rounding does to each layer's output is put right layer by layer, in closed form or nearly so, without training and without labels.
//
// Layers are taken in order. For each, y is what the float model computes there and x what the layer reads in the quantized model, all
// layers before it quantized and repaired, so that their errors are made up for, too.
//   Adaptive rounding chooses which way each weight goes (adaptive_rounding.h).
//   Bias correction (Nagel et al. 2019, "Data-Free Quantization through Weight Equalization and Bias Correction", section 4.2, the
//   empirical form) gives the output the float model's mean: b = mean(y) - W mean(x). What is wrong with the means comes from the weights
//   and from rounding as such, little from where a range ends: biases that were found for ranges without clipping do for others, too.
#pragma once

#include "core/job_context.h"
#include "data/dataset.h"
#include "quantize/encodings.h"
#include "quantize/plan.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hone
{

// Squared errors of a layer's output on samples that its solution did not see, over the squared deviation from its mean.
struct RepairedLayer
{
    std::string name;
    double relativeErrorBefore = 0;
    double relativeErrorAfter = 0;
};

struct Repaired
{
    Graph prepared; // with the biases that are corrected
    Encodings encodings;
    std::vector<RepairedLayer> layers;
};

struct RepairInput
{
    const Graph& prepared;
    const QuantizationPlan& plan;
    const Encodings& encodings;
    const Dataset& dataset;
    const QuantizeOptions& options; // says which of the two is done
};

// On the samples that calibration takes; nothing is changed where the options ask for neither. Throws what pairing, loading and ONNX
// Runtime throw.
Repaired repairLayers(const RepairInput& input, const JobContext& job);

} // namespace hone
