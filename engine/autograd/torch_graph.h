// SPDX-License-Identifier: GPL-3.0-or-later
// A Graph on LibTorch's own tensors. Private to the lazy module "training".
#pragma once

#include "autograd/bad_value.h"
#include "autograd/graph_module.h"
#include "autograd/parameters.h"
#include "autograd/precision.h"
#include "autograd/torch_tensor.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hone
{

// 4-D activations and convolution weights are kept channels-last: 1.5 to 5 times faster on processors. Half weights are trained in
// float32 and rounded when they leave.
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
    const std::vector<Parameter>& statistics() const; // running means and variances
    at::Tensor& tensor(const Parameter& parameter);
    // Their parameters get no gradient, their statistics stay.
    void freeze(const std::vector<NodeId>& nodes);
    // BatchNormalization uses its running statistics from now on, and leaves them; its scales and offsets go on learning.
    void freezeNormalization();
    bool isFrozen(const Parameter& parameter) const;
    void seed(std::uint64_t seed); // of what drops out
    Tensor randomState() const;    // likewise, to go on from
    void setRandomState(const Tensor& state);
    void setPrecision(Precision precision); // of run()
    void moveToCuda();                      // floating-point initializers; run() takes its inputs there, too

    // The wanted values for the graph's inputs. Throws Error(ShapeMismatch) naming the node.
    std::vector<at::Tensor> run(const std::vector<at::Tensor>& inputs, const std::vector<ValueId>& wanted, Mode mode);
    // Runs as run() does, looking at each value; none where all are finite. An initializer that isn't is told before, the last
    // one first: gradients go backwards, so that is where a bad one came from. Without inputs only initializers are looked at.
    std::optional<BadValue> firstBadValue(const std::vector<at::Tensor>& inputs, const std::vector<ValueId>& wanted, Mode mode);
    // The graph with its initializers as they are now, under their names and in their layout.
    Graph graph() const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace hone
