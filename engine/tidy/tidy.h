// SPDX-License-Identifier: GPL-3.0-or-later
// A model as exporters write it, in the form that every later step reads best. What it computes stays as it is.
#pragma once

#include "core/error.h"
#include "core/job_context.h"
#include "graph/graph.h"
#include "tidy/constant_folding.h"
#include "tidy/free_batch.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hone
{

enum class TidyPass
{
    RemoveUnused,  // nodes and initializers that nothing reads
    FoldConstants, // Constant nodes, nodes that read constants alone, shapes that are known, branches of a known If
    DropNoOps,     // Identity, inference Dropout and the like
    FreeBatch,
    FoldNormalization // BatchNormalization into Conv, ConvTranspose and Gemm
};

// "unused", "constants", "noOps", "batch", "normalization"
std::string_view name(TidyPass pass);

struct TidyOptions
{
    bool freeBatch = true;
    bool foldNormalization = false; // training without any is fragile
    bool keepDropout = false;       // for a model that is to be trained
    FoldingLimits limits = {};
};

// What one pass did; a pass that did nothing isn't listed.
struct TidyChange
{
    TidyPass pass;
    std::vector<std::string> nodes; // that went, by name, initializers that nothing read among them; the inputs, for FreeBatch
};

struct TidySize
{
    std::int64_t nodes = 0;
    std::int64_t initializers = 0;
    std::int64_t initializerBytes = 0;
};

struct TidyResult
{
    Graph graph;
    std::vector<TidyChange> changes;
    FreedBatch batch; // asked for or not: what is known of it
    TidySize before;
    TidySize after;
    std::vector<Message> notices; // the changes, and why a fixed batch stays
};

// Throws Error(ShapeMismatch) where the graph's shapes can't fit.
TidyResult tidy(const Graph& graph, const TidyOptions& options, const JobContext& job);

// How far the outputs of two graphs with the same ports are apart in ONNX Runtime on made-up inputs: the largest |difference| over the
// largest |value| of any output. None where ONNX Runtime doesn't run the first one, or memory is short.
std::optional<double> outputDifference(const Graph& before, const Graph& after, const JobContext& job);

} // namespace hone
