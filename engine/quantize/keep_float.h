// SPDX-License-Identifier: GPL-3.0-or-later
// Which layers a quantized file had better leave in float for the sake of speed.
#pragma once

#include "core/job_context.h"
#include "quantize/explain.h"
#include "quantize/layer_pairs.h"

#include <optional>
#include <vector>

namespace hone
{

struct KeepFloatRequest
{
    const Graph& floating;
    const Graph& quantized;
    const std::vector<LayerPair>& pairs;
    const std::vector<ExplainedLayer>& layers; // of the pairs, with their times
    const std::vector<std::size_t>& elements;  // of the pairs' values, a sample
    const std::vector<Kernel>& floatKernels;
    const std::vector<Kernel>& quantizedKernels;
    const ExplainRequest& request;
};

// Mixes that the layers' times promise to be fast, and those of the first layers alone, are built and measured in turns with both files. Of
// those that take no longer than the float model the one with the fewest layers in float is proposed, else the fastest. None where the
// quantized file is as fast already, or no mix is faster than it.
std::optional<KeepFloatProposal> proposeKeepFloat(const KeepFloatRequest& request, const JobContext& job);

} // namespace hone
