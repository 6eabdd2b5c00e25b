// SPDX-License-Identifier: GPL-3.0-or-later
// A Graph on LibTorch's own tensors. Private to the lazy module "training".
#pragma once

#include "autograd/graph_module.h"
#include "autograd/parameters.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace at
{
class Tensor;
}

namespace hone
{

// 4-D activations and convolution weights are kept channels-last: 1.5 to 5 times faster on processors.
class TorchGraph
{
public:
    struct Parameter
    {
        ValueId value;
        std::string name;
        ParameterRole role;
    };

    // Throws Error(OperatorsUnsupported, NotTrainable).
    explicit TorchGraph(const Graph& graph);
    ~TorchGraph();
    TorchGraph(const TorchGraph&) = delete;
    TorchGraph& operator=(const TorchGraph&) = delete;

    const Graph& source() const;
    const std::vector<Parameter>& parameters() const; // without statistics
    at::Tensor& tensor(const Parameter& parameter);
    // Their parameters get no gradient, their statistics stay.
    void freeze(const std::vector<NodeId>& nodes);
    bool isFrozen(const Parameter& parameter) const;
    void seed(std::uint64_t seed); // of what drops out

    // The wanted values for the graph's inputs. Throws Error(ShapeMismatch) naming the node.
    std::vector<at::Tensor> run(const std::vector<at::Tensor>& inputs, const std::vector<ValueId>& wanted, Mode mode);
    // The graph with its initializers as they are now, under their names and in their layout.
    Graph graph() const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

// Shares no memory with the tensor unless `borrow`; then the tensor must outlive it.
enum class Memory
{
    Own,
    Borrow
};
at::Tensor toTorch(const Tensor& tensor, Memory memory);
Tensor fromTorch(const at::Tensor& tensor);

} // namespace hone
