// SPDX-License-Identifier: GPL-3.0-or-later
// Runs a Graph on LibTorch, with gradients. LibTorch itself loads when the first GraphModule is made.
#pragma once

#include "core/error.h"
#include "graph/graph.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hone
{

enum class Mode
{
    Inference,
    Training // BatchNormalization uses and updates batch statistics, Dropout drops
};

// Operators of the graph and its sub-graphs without an executor, each "domain.OpType" once (domain left out for ONNX's own). Empty: it can
// be trained. Doesn't load LibTorch.
std::vector<std::string> unsupportedOperators(const Graph& graph);

struct GraphModuleImplementation;

class GraphModule
{
public:
    // Takes the graph's floating-point initializers as parameters (or as buffers: running mean and variance).
    // Throws Error(OperatorsUnsupported) naming all of them.
    explicit GraphModule(const Graph& graph);
    ~GraphModule();
    GraphModule(GraphModule&&) noexcept;
    GraphModule& operator=(GraphModule&&) noexcept;

    // Inputs in the graph's order, of its types; outputs in the graph's order.
    std::vector<Tensor> forward(const std::vector<Tensor>& inputs, Mode mode = Mode::Inference);
    // Gradients of sum(outputs[0] * cotangent) for each trainable parameter, by initializer name.
    std::vector<std::pair<std::string, Tensor>> gradients(const std::vector<Tensor>& inputs, const Tensor& cotangent,
                                                          Mode mode = Mode::Inference);
    // The graph with its initializers as they are now.
    Graph graph() const;

private:
    std::unique_ptr<GraphModuleImplementation> m_implementation;
};

} // namespace hone
