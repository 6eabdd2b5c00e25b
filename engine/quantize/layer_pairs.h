// SPDX-License-Identifier: GPL-3.0-or-later
// Which value of a quantized model stands for which of the float model that it was made from, and what makes it in either.
#pragma once

#include "graph/graph.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hone
{

// A layer: one value of the float model and all that makes it from the values of the layers before.
struct LayerPair
{
    std::string name;   // of the float model's node that has its weights, else of the node that makes it; of an input the input's
    std::string opType; // "Input" for an input
    ValueId floatValue;
    ValueId rawValue;               // in the quantized graph, before it is put onto a grid
    ValueId restoredValue;          // what DequantizeLinear gives; the raw one where it stays float
    std::vector<ValueId> restored;  // all of them, where each reader has its own
    NodeId node;                    // that makes it in the quantized graph; none for an input
    NodeId quantizer;               // its QuantizeLinear; none where it stays float
    std::vector<std::size_t> reads; // layers, by place
    std::vector<NodeId> floatNodes;
    std::vector<NodeId> quantizedNodes;

    bool isInput() const { return !node.valid(); }
};

// In the quantized graph's topological order, inputs first. Values are matched by name: Hone's files and those of ONNX Runtime's tool keep
// the names of float values ("X", behind it "X_QuantizeLinear_Output" and "X_DequantizeLinear_Output"; "X_QuantizeLinear_Input" where X is
// the model's output; "X_half" in half precision). Layouts (Reshape, Transpose, ...) are no layers of their own.
std::vector<LayerPair> pairLayers(const Graph& floating, const Graph& quantized);

// Operators that only say how values lie.
bool isLayout(std::string_view opType);
// Operators with weights, in float, on integers, and as ONNX Runtime fuses them.
bool isLayerOperator(std::string_view opType);

} // namespace hone
