// SPDX-License-Identifier: GPL-3.0-or-later
// Batches whose samples are mixed with each other: MixUp (Zhang et al. 2018) and CutMix (Yun et al. 2019).
#pragma once

#include "data/loader.h"
#include "preprocess/preprocess.h"
#include "train/trainer.h"

#include <cstdint>

namespace hone
{

struct MixingOptions
{
    double mixUp = 0;             // alpha of Beta(alpha, alpha), from which the first sample's share is drawn; 0: off
    double cutMix = 0;            // likewise of the area that stays; with both on, a coin decides for each batch
    Layout layout = Layout::Nchw; // of [N, C, H, W] or [N, H, W, C] inputs
    std::uint64_t seed = 0;
};

// Mixes the batch's inputs in place, each with another sample's, and says what the answer is then. The same for the same
// (seed, step), whoever asks. Inputs of another rank are only mixed up, never cut.
Answers mixed(Batch& batch, const MixingOptions& options, std::int64_t step);

} // namespace hone
