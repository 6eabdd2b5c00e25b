// SPDX-License-Identifier: GPL-3.0-or-later
// Values of a model on samples while its layers are solved one after the other: what is solved is not computed again.
#pragma once

#include "core/job_context.h"
#include "data/loader.h"
#include "layerwise/graph_cut.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <vector>

namespace hone
{

// Holds all samples' values at a cut through the model, and moves it on with every run: each part of the model is computed once for
// all of its layers rather than once a layer. Where those values would take too much memory the cut stays where it was.
class MovingCut
{
public:
    // `mostBytes`: of the values at the cut.
    MovingCut(Loader& loader, int threads, std::int64_t mostBytes);

    // A batch's values, in the order in which they were wanted.
    using Take = std::function<void(std::size_t batch, const std::vector<Tensor>& values)>;
    // The graph is that of the last run with other constants in nodes that were open then. `wanted`: of float32, and not behind
    // open nodes. `open`: nodes that may change after this run; those of a later run are among them. Throws what loading and
    // Session throw.
    void run(const Graph& graph, const std::vector<ValueId>& wanted, const std::set<NodeId>& open, const JobContext& job, const Take& take);

    std::size_t samples() const { return m_samples; } // of the first run

private:
    std::vector<Tensor> batch(std::size_t number, const Graph& part, const JobContext& job);

    Loader& m_loader;
    int m_threads;
    std::int64_t m_mostBytes;
    std::optional<GraphCut> m_at; // none: at the model's input
    std::vector<std::vector<Tensor>> m_kept;
    std::size_t m_samples = 0;
};

} // namespace hone
