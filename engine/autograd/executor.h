// SPDX-License-Identifier: GPL-3.0-or-later
// How one operator runs on LibTorch. Private to the lazy module "training".
#pragma once

#include "autograd/graph_module.h"
#include "autograd/operator_table.h"
#include "graph/graph.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace at
{
class Tensor;
struct Generator;
} // namespace at

namespace hone
{

// One run of one node: its inputs, a place for its outputs.
class NodeRun
{
public:
    virtual ~NodeRun() = default;

    virtual std::size_t inputCount() const = 0;
    virtual std::size_t outputCount() const = 0;
    virtual bool hasInput(std::size_t i) const = 0;  // given and not omitted
    virtual bool hasOutput(std::size_t i) const = 0; // somebody may read it
    // Throws Error(ShapeMismatch) where the input is missing.
    virtual const at::Tensor& input(std::size_t i) const = 0;
    // Input i may be overwritten: nobody reads it afterwards, and whoever made it doesn't need it for its gradient.
    virtual bool mayOverwrite(std::size_t i) const = 0;
    virtual void setOutput(std::size_t i, at::Tensor tensor) = 0;
    // What a sub-graph of this node reads from the graphs around it. Throws Error(ShapeMismatch) where there is no such value.
    virtual const at::Tensor& captured(const std::string& name) const = 0;

    virtual Mode mode() const = 0; // Inference for a frozen node, whatever the graph's mode
    virtual at::Generator& generator() = 0;
};

using Executor = std::function<void(NodeRun&)>;

// What an executor is made from, once a graph. Attributes are read then, not in every run.
struct NodeSpec
{
    const Graph& graph;
    const Node& node;
    std::int64_t opset; // of the node's domain
};

// Thrown by a factory for a node that its operator's executor doesn't cover, for example a rare attribute value.
struct NodeUnsupported
{
    std::string why; // "mode=cubic"
};

using ExecutorFactory = std::function<Executor(const NodeSpec&)>;

// Keyed by domain, operator and the opset since which it means this.
class ExecutorRegistry
{
public:
    static constexpr std::string_view microsoft = "com.microsoft";

    // Throws Error(InternalFault) where the key is taken.
    void add(std::string_view opType, std::int64_t since, ExecutorFactory factory) { addIn("", opType, since, std::move(factory)); }
    void addIn(std::string_view domain, std::string_view opType, std::int64_t since, ExecutorFactory factory);
    // nullptr where there is none.
    const ExecutorFactory* find(const OperatorVersion& key) const;
    std::vector<OperatorVersion> keys() const;

private:
    std::map<OperatorVersion, ExecutorFactory> m_factories;
};

// One function for each file in executors/.
void registerActivations(ExecutorRegistry& registry);
void registerArithmetic(ExecutorRegistry& registry);
void registerArrangement(ExecutorRegistry& registry);
void registerAttention(ExecutorRegistry& registry);
void registerControlFlow(ExecutorRegistry& registry);
void registerConvolutions(ExecutorRegistry& registry);
void registerConversions(ExecutorRegistry& registry);
void registerDeformableConvolution(ExecutorRegistry& registry);
void registerFakeQuantization(ExecutorRegistry& registry);
void registerFunctions(ExecutorRegistry& registry);
void registerIndexing(ExecutorRegistry& registry);
void registerIntegerProducts(ExecutorRegistry& registry);
void registerLogic(ExecutorRegistry& registry);
void registerLosses(ExecutorRegistry& registry);
void registerMatrixProducts(ExecutorRegistry& registry);
void registerNormalizations(ExecutorRegistry& registry);
void registerPadding(ExecutorRegistry& registry);
void registerPooling(ExecutorRegistry& registry);
void registerQuantization(ExecutorRegistry& registry);
void registerRandom(ExecutorRegistry& registry);
void registerRecurrent(ExecutorRegistry& registry);
void registerReductions(ExecutorRegistry& registry);
void registerRegions(ExecutorRegistry& registry);
void registerResizing(ExecutorRegistry& registry);
void registerRoundBias(ExecutorRegistry& registry);
void registerScattering(ExecutorRegistry& registry);
void registerSelection(ExecutorRegistry& registry);
void registerShaping(ExecutorRegistry& registry);
void registerSignal(ExecutorRegistry& registry);
void registerSoftmax(ExecutorRegistry& registry);
void registerText(ExecutorRegistry& registry);

// All of the above.
const ExecutorRegistry& executors();

} // namespace hone
