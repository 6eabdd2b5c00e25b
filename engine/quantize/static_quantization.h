// SPDX-License-Identifier: GPL-3.0-or-later
// Static INT8: from a prepared float graph to one with Q/DQ pairs, with all that makes it good.
#pragma once

#include "core/job_context.h"
#include "quantize/quantize.h"

#include <filesystem>

namespace hone
{

struct StaticInput
{
    const Graph& prepared;
    const Dataset& dataset;
    const QuantizeOptions& options;
    std::filesystem::path calibration; // a folder in which calibration is kept for the next time; empty: nowhere
};

// In this order, where the options ask for it: channels are equalized, ranges found, weights encoded, layers repaired, and layers chosen
// that stay float. Throws Error(NothingToQuantize, LayerUnknown, LabelsMissing, SplitMissing, AccuracyUnreachable) and what calibrate()
// throws.
QuantizeResult quantizeStatically(const StaticInput& input, const JobContext& job);

} // namespace hone
