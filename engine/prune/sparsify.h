// SPDX-License-Identifier: GPL-3.0-or-later
// Single weights set to zero, by magnitude: the file keeps its tensors, but compresses.
#pragma once

#include "graph/graph.h"
#include "prune/compensation.h"

#include <cstdint>
#include <string>
#include <vector>

namespace hone
{

enum class SparsityPattern
{
    Unstructured, // the smallest, wherever they are (Han et al. 2015)
    OneOfTwo,     // of every two neighbours along the input channels the larger stays
    TwoOfFour,    // of every four the two largest (Mishra et al. 2021)
    OneOfFour,
    FourOfEight
};

enum class SparsityScope
{
    Global, // the smallest of all layers together
    Layer   // the same share of each
};

struct SparsifyOptions
{
    double sparsity = 0.8; // share of the weights that are zero afterwards, above 0 and below 1; of Unstructured alone
    SparsityPattern pattern = SparsityPattern::Unstructured;
    SparsityScope scope = SparsityScope::Global;
};

struct SparseLayer
{
    std::string name;
    std::int64_t weights = 0;
    std::int64_t zerosBefore = 0;
    std::int64_t zerosAfter = 0;
};

struct SparsifyResult
{
    Graph graph;
    std::vector<SparseLayer> layers;
    std::vector<LayerLeft> left;
};

// Weights of Conv, ConvTranspose, Gemm, MatMul and recurrent layers, in float32; biases and normalizations
// stay. A shared weight counts with the first layer that reads it. A pattern runs along the input channels,
// from the first: Conv's axis 1, and the summed axis of Gemm and MatMul. Layers whose input channels it
// doesn't divide are left as they are. Throws Error(NothingToSparsify, BadOption).
SparsifyResult sparsify(const Graph& graph, const SparsifyOptions& options);

} // namespace hone
