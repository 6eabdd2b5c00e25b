// SPDX-License-Identifier: GPL-3.0-or-later
// How a loss changes with each channel of each dependency group.
#pragma once

#include "autograd/graph_module.h"
#include "prune/dependency_graph.h"

#include <cstddef>
#include <string>
#include <vector>

namespace hone
{

// Gradients of one group's gates, [rows, channels].
struct GateRows
{
    std::size_t rows = 0; // samples, or 1 where they can't be told apart
    std::vector<double> gradients;
};

// A channel's gate multiplies it wherever a layer reads it (which is where
// removing it takes it away), and is 1. The gradient at the gate is
//     sum over readers of sum over activations a of a dL/da = sum over the
//     weights w that read the channel of w dL/dw
// (Molchanov et al. 2019, "Importance Estimation for Neural Network Pruning",
// section 3; Theis et al. 2018, "Faster gaze prediction with dense networks and
// Fisher pruning", equation 6). Gradients go through LibTorch, of the model as
// it answers (normalizations with their running statistics, nothing drops out).
class GateGradients
{
public:
    // The graph's batch is free, or all runs have it. `answers`: the value that
    // the loss is taken of. Throws Error(OperatorsUnsupported).
    GateGradients(const Graph& graph, const DependencyGraph& dependencies, ValueId answers);

    // Samples of every run.
    std::size_t batch() const { return m_batch; }
    // By group. `inputs` are the graph's first input's, as it takes them;
    // `atAnswers` the loss's gradient there.
    std::vector<GateRows> run(const Tensor& inputs, const Tensor& atAnswers);

private:
    struct Gate
    {
        std::string name;
        std::size_t group = 0;
        std::vector<std::vector<std::int64_t>> positions; // by channel
        std::size_t extent = 0;
    };
    struct Gated;
    static Gated gate(const Graph& graph, const DependencyGraph& dependencies, ValueId answers);
    GateGradients(Gated gated, const DependencyGraph& dependencies);

    std::size_t m_batch = 1;
    std::size_t m_rows = 1;
    std::vector<Gate> m_gates;
    std::vector<std::size_t> m_channels; // by group
    GraphModule m_module;
};

} // namespace hone
