// SPDX-License-Identifier: GPL-3.0-or-later
// BatchNormalization folded into the layers before it, and put behind layers that lack it.
#pragma once

#include "graph/graph.h"

#include <optional>
#include <string>
#include <vector>

namespace hone
{

// Conv, ConvTranspose or Gemm followed by an inference BatchNormalization, read by nothing else, becomes one node
// (W' = W * s, b' = (b - mean) * s + beta with s = gamma / sqrt(var + epsilon); Ioffe and Szegedy 2015, section 3.1).
// Returns the names of the normalizations that went.
std::vector<std::string> foldBatchNormalization(Graph& graph);
// The same for the named ones alone.
std::vector<std::string> foldBatchNormalization(Graph& graph, const std::vector<std::string>& only);

// One factor a channel, gamma / sqrt(var + epsilon), of an inference BatchNormalization with constant float32 parameters; none for other
// nodes.
std::optional<std::vector<double>> normalizationFactors(const Graph& graph, const Node& node);

struct InsertedNormalization
{
    std::string node;  // the normalization's name
    std::string layer; // the convolution's
    ValueId input;     // what it normalizes, [N, C, ...]
    std::int64_t channels = 0;
};

// Behind every Conv and ConvTranspose whose float32 result no normalization reads and that isn't the model's output: a normalization with
// mean 0, variance 1 and a scale that undoes epsilon, so that outputs stay as they are. Layers in `except` get none.
std::vector<InsertedNormalization> insertBatchNormalization(Graph& graph, const std::vector<NodeId>& except = {});

// Statistics of what goes through, with a scale and an offset that undo them: outputs stay as they are in inference, and a training step
// starts from what the statistics of its batch are likely to be. mean and variance: one number a channel.
void setStatistics(Graph& graph, const InsertedNormalization& normalization, const std::vector<float>& mean,
                   const std::vector<float>& variance);

} // namespace hone
