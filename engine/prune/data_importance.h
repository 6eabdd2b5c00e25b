// SPDX-License-Identifier: GPL-3.0-or-later
// Importance from samples: how much the loss would change without a channel
// (Taylor, Fisher), and how much a channel says (activations).
#pragma once

#include "core/job_context.h"
#include "data/dataset.h"
#include "prune/importance.h"

#include <cstddef>
#include <cstdint>

namespace hone
{

struct DataImportanceOptions
{
    std::size_t samples = 512; // of the training split
    std::uint64_t seed = 0;    // of Reconstruction's choice of positions
    int threads = 0;           // of ONNX Runtime; 0: as many as there are cores
    AttentionChannels attention = AttentionChannels::Size;
};

// By findDependencies()'s groups and their channels, with g(s, c) the gradient
// of sample s's loss at the gate of channel c (prune/gate_gradients.h; the loss
// is prune/output_loss.h's, which needs no labels where there are none):
//   Taylor          mean over mini-batches of |mean over their samples of g(s,
//   c)|: to first order what the loss changes by when the channel
//                   goes (Molchanov et al. 2019, "Importance Estimation for
//                   Neural Network Pruning")
//   Fisher          1/2 mean over s of g(s, c)^2: to second order, with the
//   diagonal of Fisher's information in place of the curvature (Theis
//                   et al. 2018, "Faster gaze prediction with dense networks
//                   and Fisher pruning"; over coupled layers Liu et al. 2021,
//                   "Group Fisher Pruning for Practical Network Compression").
//                   Where the model mixes samples or fixes its batch: over
//                   batches, not samples
//   Apoz            1 - the share of zeros among what a layer reads of the
//   channel (Hu et al. 2016, "Network Trimming"), mean over the readers; tells
//                   channels apart behind activations that give zeros (Relu,
//                   Clip) only
//   MeanActivation  mean |activation| where a layer reads the channel
//   (Molchanov et al. 2017, "Pruning Convolutional Neural Networks for Resource
//                   Efficient Inference", section 2.2), over the group's mean,
//                   mean over the readers Both: L1's in groups whose
//                   activations can't be looked at.
//   Reconstruction  see prune/reconstruction.h
// Operators that make one number of all channels read them like layers: of a mean's gate the gradient is that of the weighted mean, so
// that a channel whose activations are the mean of all counts for nothing; of an extreme's it is its holder's.
// Taylor's and Fisher's are in the loss's units and compare between groups.
// Throws Error(SplitMissing) without a training split,
// Error(OperatorsUnsupported) where Taylor or Fisher can't take gradients, and
// what pairing, loading and ONNX Runtime throw; Error(InternalFault) for a kind
// that reads no samples.
ScoredGroups dataImportance(const Graph& graph, const Dataset& dataset, ImportanceKind kind, const DataImportanceOptions& options,
                            const JobContext& job);

} // namespace hone
