// SPDX-License-Identifier: GPL-3.0-or-later
// A step up to the bytes of its model, measured but not yet written to where they shall go.
#pragma once

#include "project/step.h"

#include <string>

namespace hone
{

struct StepOutcome
{
    StepResult result; // `output` is empty
    std::string bytes; // the model
};

// `known` is the input's evaluation where it has been measured already (on the same data); none: measured here.
StepOutcome performStep(const StepParameters& parameters, const StepInput& input, const std::optional<Evaluation>& known,
                        const JobContext& job);

// All that a step leaves beside its output while it trains.
void removeCheckpoints(const std::filesystem::path& checkpoint);

// Whether data that don't fit a model are reason enough to refuse a step, or are only told.
enum class DataFit
{
    Required,
    Told
};

// evaluate(); a model is measured without the data, and a notice says why, where they lack the split and, as far as `fit` allows,
// where the model doesn't fit them.
Evaluation measure(const std::filesystem::path& model, const Dataset* dataset, const EvaluateOptions& options, DataFit fit,
                   const JobContext& job);

} // namespace hone
