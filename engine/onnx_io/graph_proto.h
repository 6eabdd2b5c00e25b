// SPDX-License-Identifier: GPL-3.0-or-later
// ONNX's GraphProto <-> Graph, sub-graphs included.
#pragma once

#include "graph/graph.h"
#include "onnx_io/external_data.h"

namespace onnx
{
class GraphProto;
}

namespace hone
{

enum class GraphPlace
{
    Outermost, // every name read must be made in it
    SubGraph   // names may come from the graphs around it: such a value has no maker and no constant
};

// Moves large bytes out of the message. The graph is sorted, its nodes have unique names, and an initializer that is also
// listed as an input is a constant. Errors carry an empty path.
// Throws Error(ModelInvalid, ModelTooLarge) and what ExternalData throws.
Graph readGraph(onnx::GraphProto& proto, ExternalData& external, GraphPlace place);

// Inputs, initializers and shapes of computed values in the order of their ids, nodes in the graph's order.
void writeGraph(const Graph& graph, onnx::GraphProto& proto);

} // namespace hone
