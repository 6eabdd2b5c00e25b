// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job_context.h"
#include "data/dataset.h"
#include "quantize/calibration.h"

#include <cstddef>
#include <functional>
#include <vector>

namespace hone
{

// Of one batch, in the order in which they were wanted; rows behind the samples only fill a fixed batch up.
using SeeValues = std::function<void(const std::vector<Tensor>& values, std::size_t samples)>;

// One pass over the samples that calibration takes. Throws what pairing, loading and ONNX Runtime throw, and Error(CalibrationEmpty).
void observeValues(const Graph& prepared, const std::vector<ValueId>& values, const Dataset& dataset, const CalibrationOptions& options,
                   const JobContext& job, const SeeValues& see);

} // namespace hone
