// SPDX-License-Identifier: GPL-3.0-or-later
#include "autograd/graph_module.h"

#include "autograd/graph_module_implementation.h"
#include "autograd/operator_table.h"
#include "autograd/training_module.h"

#include <set>

namespace hone
{

namespace
{

using Opsets = std::map<std::string, std::int64_t>;

// Of the graph and its sub-graphs, which have the model's opsets.
void addUnsupported(const Graph& graph, const Opsets& opsets, std::set<std::string>& names)
{
    for (const NodeId id : graph.order()) {
        const Node& node = graph.node(id);
        const auto opset = opsets.find(node.domain);
        const auto version = opset == opsets.end() ? std::int64_t{1} : opset->second;
        if (!findTrainableOperator(node.domain, node.opType, version))
            names.insert(qualifiedName(node.domain, node.opType));
        for (const auto& [key, attribute] : node.attributes)
            if (const auto* body = std::get_if<std::shared_ptr<const Graph>>(&attribute); body && *body)
                addUnsupported(**body, opsets, names);
    }
}

} // namespace

std::vector<std::string> unsupportedOperators(const Graph& graph)
{
    std::set<std::string> names;
    addUnsupported(graph, graph.opsets, names);
    return {names.begin(), names.end()};
}

GraphModule::GraphModule(const Graph& graph)
{
    auto* create = trainingFunction<CreateGraphModule>(createGraphModuleSymbol);
    m_implementation.reset(create(graph));
}

GraphModule::~GraphModule() = default;
GraphModule::GraphModule(GraphModule&&) noexcept = default;
GraphModule& GraphModule::operator=(GraphModule&&) noexcept = default;

std::vector<Tensor> GraphModule::forward(const std::vector<Tensor>& inputs, Mode mode)
{
    return m_implementation->forward(inputs, mode);
}

std::vector<std::pair<std::string, Tensor>> GraphModule::gradients(const std::vector<Tensor>& inputs, const Tensor& cotangent, Mode mode)
{
    return m_implementation->gradients(inputs, cotangent, mode);
}

Graph GraphModule::graph() const
{
    return m_implementation->graph();
}

} // namespace hone
