// SPDX-License-Identifier: GPL-3.0-or-later
// Values of a model on samples while its layers are solved one after the other: what is solved is not computed again.
#pragma once

#include "core/job_context.h"
#include "data/loader.h"
#include "layerwise/graph_cut.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
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

    // One pass over the samples. The graph is that of the last pass with other constants in nodes that were open then. `wanted`: of
    // float32; what is behind open nodes has the values that it has with this graph's constants. `open`: nodes that may change after this
    // pass; those of a later pass are among them. The cut moves when the pass has come to its end. The constructor and next() throw what
    // loading and Session throw.
    class Pass
    {
    public:
        Pass(MovingCut& cut, const Graph& graph, const std::vector<ValueId>& wanted, const std::set<NodeId>& open);
        ~Pass();
        // The next batch's values, in the order in which they were wanted; empty behind the last.
        std::vector<Tensor> next(const JobContext& job);

    private:
        struct State;
        std::unique_ptr<State> m_state;
    };

    using Take = std::function<void(std::size_t batch, const std::vector<Tensor>& values)>;
    // A whole pass.
    void run(const Graph& graph, const std::vector<ValueId>& wanted, const std::set<NodeId>& open, const JobContext& job, const Take& take);

    std::size_t samples() const { return m_samples; } // of the first run

private:
    std::vector<Tensor> batch(std::size_t number, const Graph& graph, const JobContext& job);

    Loader& m_loader;
    int m_threads;
    std::int64_t m_mostBytes;
    std::optional<GraphCut> m_at; // none: at the model's input
    std::vector<std::vector<Tensor>> m_kept;
    std::size_t m_samples = 0;
};

} // namespace hone
