// SPDX-License-Identifier: GPL-3.0-or-later
// What computing one layer on integers does, all others being float, the layer repaired as the options say: without that the mean that its
// rounding moves, which a bias puts right, would count for more than what stays.
#pragma once

#include "core/job_context.h"
#include "quantize/encodings.h"
#include "quantize/layerwise_repair.h"

#include <cstddef>
#include <vector>

namespace hone
{

// Every layer with weights that the plan computes on integers, in the graph's order; on at most `samples` of the samples that calibration
// takes. Throws what pairing, loading and ONNX Runtime throw.
std::vector<LayerDamage> measureDamage(const RepairInput& input, std::size_t samples, const JobContext& job);

} // namespace hone
