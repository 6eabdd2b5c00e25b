// SPDX-License-Identifier: GPL-3.0-or-later
// Training without any normalization is fragile, and most exports have theirs folded away: it can be put back for the time of training.
#pragma once

#include "core/job_context.h"
#include "train/preparation.h"
#include "train/train.h"

#include <string>
#include <vector>

namespace hone
{

// BatchNormalization behind every convolution that lacks one and isn't frozen, with the statistics of a few training batches and a scale
// and an offset that undo them: the model answers as before. Returns their names, for foldBatchNormalization() afterwards.
// Throws what loading and Session throw.
std::vector<std::string> insertNormalization(PreparedModel& model, const Dataset& dataset, const TrainOptions& options,
                                             const JobContext& job);

} // namespace hone
