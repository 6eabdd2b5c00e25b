// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job_context.h"
#include "data/dataset.h"
#include "graph/graph.h"

#include <string>
#include <vector>

namespace hone
{

struct QuantizedLayer
{
    std::string name;
    int bits = 32;             // of its weights, or of its value where it has none
    double snrDb = 0;          // of its value against the float model's, all layers before it quantized, too
    double saturatedShare = 0; // of its values that its grid cuts off
};

// What became of each layer whose value the float model has under the same name; on a few samples of the validation split (train where
// there is none). Empty where no value has a partner. Throws what pairing, loading and ONNX Runtime throw.
std::vector<QuantizedLayer> reportLayers(const Graph& floating, const Graph& quantized, const Dataset& dataset, int threads,
                                         const JobContext& job);

} // namespace hone
