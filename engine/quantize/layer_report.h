// SPDX-License-Identifier: GPL-3.0-or-later
// What became of each layer when a model was quantized.
#pragma once

#include "core/job_context.h"
#include "data/dataset.h"
#include "graph/graph.h"

#include <optional>
#include <string>
#include <vector>

namespace hone
{

struct QuantizedLayer
{
    std::string name;                     // of the float model's node that has the weights, else of the one that makes the value
    int bits = 32;                        // of its weights, or of its value where it has none
    std::optional<int> activationBits;    // of the grid that its value is on; none: it stays float
    std::optional<double> snrDb;          // of its value against the float model's, all layers before it quantized, too; none without data
    std::optional<double> saturatedShare; // of its values that its grid cuts off; none where it has none
};

struct LayerReportOptions
{
    int bitsWeights = 8; // that weights were rounded to, which may be fewer than they are stored in
    int threads = 0;
};

// What became of each layer whose value the float model has under the same name; on a few samples of the validation split (train where
// there is none), without data what the graphs alone tell. Empty where no value has a partner. Throws what pairing, loading and ONNX
// Runtime throw.
std::vector<QuantizedLayer> reportLayers(const Graph& floating, const Graph& quantized, const Dataset* dataset,
                                         const LayerReportOptions& options, const JobContext& job);

} // namespace hone
