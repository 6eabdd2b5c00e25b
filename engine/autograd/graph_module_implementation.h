// SPDX-License-Identifier: GPL-3.0-or-later
// What the lazy module "training" gives behind GraphModule.
#pragma once

#include "autograd/graph_module.h"

#include <cstddef>

namespace hone
{

struct GraphModuleImplementation
{
    virtual ~GraphModuleImplementation() = default;
    virtual std::vector<Tensor> forward(const std::vector<Tensor>& inputs, Mode mode) = 0;
    virtual std::vector<std::pair<std::string, Tensor>> gradients(const std::vector<Tensor>& inputs, const Tensor& cotangent,
                                                                  Mode mode) = 0;
    virtual Graph graph() const = 0;
};

// Symbols of the module, C names with C++ types: both sides are built together.
using CreateGraphModule = GraphModuleImplementation*(const Graph&);
constexpr const char* createGraphModuleSymbol = "honeCreateGraphModule";
// Operators with an executor, to be held against trainableOperators().
struct OperatorVersion;
using ListExecutors = void(std::vector<OperatorVersion>&);
constexpr const char* listExecutorsSymbol = "honeListExecutors";

} // namespace hone
