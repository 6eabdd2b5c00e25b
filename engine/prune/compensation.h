// SPDX-License-Identifier: GPL-3.0-or-later
// After channels are gone, the layers that read what is left are solved anew by least squares on activations: closed form, no
// training, no labels (He, Zhang and Sun 2017, "Channel Pruning for Accelerating Very Deep Neural Networks", section 3.1, with
// the whole model's and the residual branches' treatment of section 3.2; Luo, Wu and Lin 2017, "ThiNet").
//
// Layers are taken in order. For each, Y is what the original computes there, at the channels that stay, and X what the layer
// reads in the pruned model with all earlier layers solved, so that their errors are made up for, too: W, b = arg min |Y - X W - b|^2,
// pulled slightly to the weights that it had. Where the layer ends the branch of a residual sum, Y is what makes the *sum* the original's.
// Of a layer that can't be solved so (a transposed convolution, one with very many weights for each output) the BatchNormalization behind
// it takes its statistics anew, or its bias the mean that its outputs had.
#pragma once

#include "core/error.h"
#include "core/job_context.h"
#include "data/dataset.h"
#include "prune/pruner.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hone
{

struct CompensationOptions
{
    std::size_t samples = 512;                             // of the training split
    std::uint64_t seed = 0;                                // of the choice of positions in them
    int threads = 0;                                       // 0: as many as there are cores
    AttentionChannels attention = AttentionChannels::Size; // as `kept` was chosen
    // Of activations that are kept between layers, of the original and of the pruned model each; beyond that they are computed
    // again from further back, with the same results but for float32's rounding.
    std::int64_t mostCacheBytes = 512'000'000;
};

// Of a layer that was solved or has a new bias, or a normalization with new statistics. Squared errors on samples held out of the solution,
// over the target's squared deviation from its mean.
struct CompensatedLayer
{
    std::string name;
    double relativeErrorBefore = 0;
    double relativeErrorAfter = 0;
};

struct LayerLeft
{
    std::string name;
    std::string reason; // "it is a recurrent layer, ..."
};

struct CompensationResult
{
    Graph graph;
    std::vector<CompensatedLayer> solved; // those that came closer
    std::vector<LayerLeft> left;          // that read changed values, too, but stay as they are
    std::size_t samples = 0;              // read, those held out included
    std::vector<Message> notices;
};

struct CompensationRequest
{
    const Graph& original;
    const Graph& pruned; // prune()'s result
    const KeptChannels& kept;
    const Dataset& dataset;
    const CompensationOptions& options;
};

// Throws Error(SplitMissing) without a training split, and what pairing, loading and ONNX Runtime throw.
CompensationResult compensate(const CompensationRequest& request, const JobContext& job);

} // namespace hone
