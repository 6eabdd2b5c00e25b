// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluate/batch_run.h"

#include <algorithm>
#include <thread>

namespace hone
{
namespace
{

// Small enough that the activations of a batch stay in the processor's caches, large enough to spread the cost of a run.
constexpr int freeBatch = 16;

} // namespace

bool isBatchFixed(const Graph& graph)
{
    const auto& shape = graph.value(graph.inputs.at(0)).type.shape;
    return shape && !shape->empty() && shape->front().isFixed();
}

int batchOf(const Graph& graph)
{
    if (!isBatchFixed(graph))
        return freeBatch;
    const auto extent = graph.value(graph.inputs.at(0)).type.shape->front().extent;
    return static_cast<int>(std::clamp<std::int64_t>(extent, 1, 1 << 16));
}

int batchWithin(const Graph& graph, std::int64_t bytesEach, std::int64_t most)
{
    const int batch = batchOf(graph);
    if (isBatchFixed(graph))
        return batch;
    return static_cast<int>(std::clamp<std::int64_t>(most / std::max<std::int64_t>(1, bytesEach), 1, batch));
}

Tensor padded(const Tensor& inputs, std::int64_t batch)
{
    if (inputs.shape().at(0) == batch)
        return inputs;
    auto shape = inputs.shape();
    shape[0] = batch;
    Tensor result(inputs.dtype(), shape);
    std::ranges::copy(inputs.bytes(), result.mutableBytes().begin());
    return result;
}

int threadCount(int wanted)
{
    return wanted > 0 ? wanted : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

} // namespace hone
