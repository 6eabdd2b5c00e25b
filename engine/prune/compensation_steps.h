// SPDX-License-Identifier: GPL-3.0-or-later
// What compensation goes through, in order: layers whose weights are solved, normalizations whose statistics and biases that are taken
// anew.
#pragma once

#include "layerwise/linear_layer.h"
#include "prune/compensation.h"
#include "prune/residual_target.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hone
{

struct CompensationStep
{
    NodeId layer;
    // Solved: the layer, and what its output ought to be.
    std::optional<LinearLayer> linear = {};
    ResidualTarget target = {};
    // Otherwise: the BatchNormalization that alone reads the layer;
    NodeId normalization = {};
    // without one, where the layer's bias goes; Nowhere: the layer stays as it is.
    InterceptPlace bias = {};
    std::string reason = {};                 // why it isn't solved: "it is a transposed convolution"
    std::vector<std::int64_t> channels = {}; // of the original's output that are left

    bool changes() const { return linear || normalization.valid() || bias.kind != InterceptPlace::Kind::Nowhere; }
    NodeId changing() const { return normalization.valid() ? normalization : layer; }
    ValueId wantedOfOriginal(const Graph& graph) const { return linear ? target.original : graph.node(layer).outputs.at(0); }
    std::vector<ValueId> wantedOfPruned(const Graph& graph) const;
};

// For every layer (convolutions, matrix products with weights, recurrent ones) behind one that lost inputs, that layer included. Ids are
// the same in both graphs.
std::vector<CompensationStep> compensationSteps(const Graph& original, const Graph& pruned, const DependencyGraph& dependencies,
                                                const KeptChannels& kept);

} // namespace hone
