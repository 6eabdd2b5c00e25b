// SPDX-License-Identifier: GPL-3.0-or-later
// Types and shapes of every value, from ONNX's operator specifications, whatever libonnx knows of the opset.
#pragma once

#include "core/error.h"
#include "graph/graph.h"

#include <map>
#include <string>
#include <vector>

namespace hone
{

struct ShapeOptions
{
    // Extents put in place of the declared ones, by input name (for example [1, 3, 32, 32]).
    std::map<std::string, Dimensions> inputShapes;
};

// Indexed by ValueId::index.
struct InferredTypes
{
    std::vector<ValueType> types;
    std::vector<Tensor>
        constants; // known contents, initializers included (small integer tensors such as Shape -> Gather chains); null where unknown
    std::vector<std::string> unknownOperators; // "domain.OpType" without a rule, each once; their outputs stay unknown

    const ValueType& type(ValueId id) const { return types.at(id.index); }
    const Tensor& constant(ValueId id) const { return constants.at(id.index); }
};

// Goes through the nodes once, in order. Free extents stay free and keep their names; one that has none gets one ("?1", "?2", ...).
// Extents of the same name are the same.
// Throws Error(ShapeMismatch) where a node's inputs can't fit.
InferredTypes inferShapes(const Graph& graph, const ShapeOptions& options = {});

// Element types of computed values that are to be outputs: those that are inferred, float32 where none is.
void giveInferredTypes(Graph& graph, const std::vector<ValueId>& values);

} // namespace hone
