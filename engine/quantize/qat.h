// SPDX-License-Identifier: GPL-3.0-or-later
// Quantization-aware training (Jacob et al. 2018): the model learns on the grids that it is going to compute on, with rounding in each pass
// and straight-through gradients, and the grids' steps are learnt with it (Esser et al. 2020, LSQ). What comes out is the file that
// quantize() writes, of the integers that were trained.
#pragma once

#include "quantize/quantize.h"
#include "train/train.h"

namespace hone
{

struct QatOptions
{
    QuantizeOptions quantize; // seed and threads are the training's
    // Frozen normalization holds no output in bounds any more, and few bits make gradients rough: unclipped, training can run away.
    TrainOptions train = {.epochs = 3, .clipNorm = 1, .freezeNormalizationAfter = 0.5};
};

// Throws what requireConsistent() throws of the quantizing, and Error(BadOption) where the head would change or normalization be inserted.
void requireConsistent(const QatOptions& options);

struct QatInput
{
    const Graph& graph; // float32
    const Dataset& dataset;
    const QatOptions& options;
    CheckpointPlace checkpoint = {};
    Teaching teaching = {}; // usually by the graph itself
};

struct QatResult
{
    Graph graph;
    int quantizedNodes = 0;
    std::vector<std::string> floatNodes; // as quantize() has them
    std::size_t calibrationSamples = 0;
    double calibrationSeconds = 0;
    std::int64_t calibrationPeakBytes = 0; // as QuantizeResult's
    std::vector<EpochResult> epochs;       // validated as the fake-quantized model
    int keptEpoch = 0;
    std::vector<Message> notices;
};

// Throws Error(AlreadyQuantized, NothingToQuantize, LayerUnknown) and what requireConsistent(), quantize() and train() throw.
QatResult trainQuantized(const QatInput& input, const JobContext& job);

} // namespace hone
