// SPDX-License-Identifier: GPL-3.0-or-later
// Layers split in two of low rank, where that saves multiplications.
//
// A layer y = W x + b (for a convolution x is the window under an output place) becomes y = P (Q x) + b': a
// layer with r outputs and the old window, then one of 1x1. Without data P Q is the nearest matrix of rank r
// to W, by its singular values (Eckart and Young 1936; for networks Denton et al. 2014). From data P has the
// r widest principal axes of the layer's responses, Q = P' W, and b' = b + (I - P P')(mean - b), which leaves
// the least squared error in the responses themselves (Zhang, Zou, He and Sun 2016, "Accelerating Very Deep
// Convolutional Networks", section 3.1).
#pragma once

#include "core/error.h"
#include "core/job_context.h"
#include "data/dataset.h"
#include "graph/graph.h"
#include "prune/compensation.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hone
{

struct FactorizeOptions
{
    double energy = 0.9;       // share of the squared singular values, or of the responses' variance, that a layer
                               // keeps: the smallest rank that does
    double rankRatio = 0;      // above 0: that share of the full rank instead
    std::size_t rank = 0;      // above 0: that rank instead, in layers whose full rank is larger
    std::size_t samples = 256; // of the training split, where data are given
    std::uint64_t seed = 0;    // of the choice of places in them
    int threads = 0;           // 0: as many as there are cores
};

struct FactorizedLayer
{
    std::string name;
    std::int64_t rank = 0;
    std::int64_t fullRank = 0;
    double energy = 0; // that the rank keeps
    std::int64_t macsBefore = 0;
    std::int64_t macsAfter = 0;
};

struct FactorizeResult
{
    Graph graph; // the second layer keeps the name, the first one has ".basis" behind it
    std::vector<FactorizedLayer> layers;
    std::vector<LayerLeft> left;
};

// Conv without groups, Gemm and MatMul with a constant float32 weight. dataset: none, the weights alone
// decide; a layer whose bias isn't one number an output is split by its weights anyway. Throws
// Error(NothingToFactorize, BadOption, SplitMissing, ModuleMissing) and what pairing, loading and ONNX
// Runtime throw.
FactorizeResult factorize(const Graph& graph, const Dataset* dataset, const FactorizeOptions& options, const JobContext& job);

} // namespace hone
