// SPDX-License-Identifier: GPL-3.0-or-later
// GraphModule's other side, in the lazy module "training".
#include "autograd/executor.h"
#include "autograd/graph_module_implementation.h"
#include "autograd/torch_graph.h"

#include <ATen/ATen.h>

namespace hone
{

namespace
{

class TorchGraphModule final : public GraphModuleImplementation
{
public:
    explicit TorchGraphModule(const Graph& graph) : m_graph(graph) {}

    std::vector<Tensor> forward(const std::vector<Tensor>& inputs, Mode mode) override
    {
        const at::NoGradGuard noGradients;
        const Graph& graph = m_graph.source();
        const auto outputs = m_graph.run(borrowed(inputs), graph.outputs, mode);
        std::vector<Tensor> results;
        for (std::size_t i = 0; i < outputs.size(); ++i)
            results.push_back(fromTorch(outputs[i], graph.value(graph.outputs[i]).type.dtype));
        return results;
    }

    std::vector<std::pair<std::string, Tensor>> gradients(const std::vector<Tensor>& inputs, const Tensor& cotangent, Mode mode) override
    {
        const auto outputs = m_graph.run(borrowed(inputs), {m_graph.source().outputs.at(0)}, mode);
        if (outputs[0].requires_grad())
            outputs[0].backward(toTorch(cotangent, Memory::Borrow));
        std::vector<std::pair<std::string, Tensor>> results;
        for (const auto& parameter : m_graph.parameters()) {
            at::Tensor& tensor = m_graph.tensor(parameter);
            const at::Tensor gradient = tensor.grad().defined() ? tensor.grad() : at::zeros_like(tensor);
            results.emplace_back(parameter.name, fromTorch(gradient));
            tensor.mutable_grad().reset();
        }
        return results;
    }

    Graph graph() const override { return m_graph.graph(); }

private:
    static std::vector<at::Tensor> borrowed(const std::vector<Tensor>& tensors)
    {
        std::vector<at::Tensor> result;
        for (const auto& tensor : tensors)
            result.push_back(toTorch(tensor, Memory::Borrow));
        return result;
    }

    TorchGraph m_graph;
};

} // namespace

} // namespace hone

extern "C" hone::GraphModuleImplementation* honeCreateGraphModule(const hone::Graph& graph)
{
    return new hone::TorchGraphModule(graph);
}

extern "C" void honeListExecutors(std::vector<hone::OperatorVersion>& operators)
{
    operators = hone::executors().keys();
}
