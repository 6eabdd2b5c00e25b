// SPDX-License-Identifier: GPL-3.0-or-later
// Importance by reconstruction: which channels say the most about what the layers behind them compute, the rest told by least squares
// from those (forward selection as in Luo, Wu and Lin 2017, "ThiNet", with the remaining weights solved anew at each choice, which on
// covariances is Cholesky's factorization with pivots; Chee et al. 2022, "Model Preserving Compression for Neural Networks").
#pragma once

#include "core/job_context.h"
#include "data/dataset.h"
#include "prune/pruner.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hone
{

struct ReconstructionOptions
{
    std::size_t samples = 512; // of the training split
    std::uint64_t seed = 0;    // of the choice of positions in them
    int threads = 0;
    AttentionChannels attention = AttentionChannels::Size;
};

// One reader of a group's channels, on covariances. Both are [channels, channels], symmetric.
struct ChannelReader
{
    std::vector<double> covariance; // of the channels
    std::vector<double> weight;     // sum over the reader's outputs of w w'
};

// By channel: what it adds, as a share of all, at its turn; never more than at the turn before. Channels that add nothing have 0.
std::vector<double> forwardSelection(std::vector<ChannelReader> readers, std::size_t channels);

// By group and channel. Throws Error(SplitMissing) without a training split, and what pairing, loading and ONNX Runtime throw.
ScoredGroups reconstructionImportance(const Graph& graph, const Dataset& dataset, const ReconstructionOptions& options,
                                      const JobContext& job);

} // namespace hone
