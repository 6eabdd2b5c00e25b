// SPDX-License-Identifier: GPL-3.0-or-later
// Where the body of a model is frozen, what it gives for a picture never changes: it is computed once, in ONNX Runtime, and only
// what comes behind is trained.
#pragma once

#include "core/job_context.h"
#include "data/loader.h"
#include "graph/graph.h"
#include "train/batch_source.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace hone
{

// A model in two: `body` ends in the value that `head`, which has everything that learns, begins with. Ids are those of the whole.
struct FrozenBody
{
    Graph body;
    Graph head;
    std::int64_t features = 0; // numbers a sample
};

// The two halves of a model, cut as late as it can be: one value, float32 with the batch in front, that everything behind hangs on,
// and nothing before it that learns or drops out at random. nullopt where there is no such value with a node worth leaving out
// (Conv, Gemm, MatMul) before it.
std::optional<FrozenBody> cutFrozenBody(const Graph& graph, const std::vector<NodeId>& frozen);

struct FeatureOptions
{
    int batch = 64;
    Order order = Order::AsListed;
    bool dropLast = false;
    std::uint64_t seed = 0;
    int passes = 1; // over the loader's samples, epochs 1 to so many; epoch e trains on pass (e - 1) % passes + 1
    int threads = 0;
};

// Batches of the features that the loader's samples give; the loader goes through them in order, as listed. Throws what Loader and
// Session throw.
std::unique_ptr<BatchSource> makeFeatureSource(const FrozenBody& model, Loader& loader, const FeatureOptions& options,
                                               const JobContext& job);

} // namespace hone
