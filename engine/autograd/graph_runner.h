// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the nodes of one graph: a model, or a body of If, Loop or Scan. Private to the lazy module "training".
#pragma once

#include "autograd/execution_plan.h"
#include "autograd/executor.h"
#include "autograd/precision.h"

#include <ATen/ATen.h>

#include <functional>
#include <optional>
#include <vector>

namespace hone
{

struct RunSettings
{
    Mode mode;
    at::Generator& generator;
    const NodeRun* around = nullptr; // the node whose body this is
    Precision precision = Precision::Float32;
    std::function<void(const Node&, const std::vector<at::Tensor>&)> observe = {}; // after each node, with all values by ValueId::index
};

class GraphRunner
{
public:
    // Takes the opsets from the graph. Every constant is borrowed from it and held as it is.
    // Throws Error(OperatorsUnsupported) naming all of them, Error(NotTrainable).
    explicit GraphRunner(const Graph& graph);

    const Graph& graph() const { return m_graph; }
    // Undefined for a value that is computed.
    at::Tensor& constant(ValueId id) { return m_constants.at(id.index); }
    const at::Tensor& constant(ValueId id) const { return m_constants.at(id.index); }
    // The node runs as in inference from now on.
    void freeze(NodeId node);

    // Inputs in the graph's order. Throws Error(ShapeMismatch) naming the node.
    std::vector<at::Tensor> run(const std::vector<at::Tensor>& inputs, const std::vector<ValueId>& wanted, const RunSettings& settings);

private:
    void takeConstants();
    void findCaptures();
    void runStep(const PlannedStep& step, std::vector<at::Tensor>& slots, const RunSettings& settings);

    Graph m_graph;
    std::vector<Executor> m_executors;   // in the graph's order
    std::vector<bool> m_frozen;          // likewise
    std::vector<bool> m_readsBf16;       // likewise
    std::vector<at::Tensor> m_constants; // by ValueId::index
    std::vector<ValueId> m_captures;     // values that the graphs around this one make
    std::optional<ExecutionPlan> m_plan; // of the values wanted last
};

} // namespace hone
