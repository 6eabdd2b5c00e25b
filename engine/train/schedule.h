// SPDX-License-Identifier: GPL-3.0-or-later
// The learning rate over a training's steps.
#pragma once

#include "train/train.h"

#include <cstdint>

namespace hone
{

// `step` counts batches from 0 over all epochs. Grows linearly over the warm-up, then follows the schedule.
double learningRateAt(const TrainOptions& options, std::int64_t step, std::int64_t stepsPerEpoch);
// The option, or the optimizer's usual one where it is 0.
double baseLearningRate(const TrainOptions& options);

} // namespace hone
