// SPDX-License-Identifier: GPL-3.0-or-later
// What ONNX Runtime really computes on integers once it has rewritten a quantized model: Q/DQ around an operator is a wish, a fused
// integer kernel its fulfilment.
#pragma once

#include "core/json.h"
#include "graph/graph.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hone
{

enum class KernelKind
{
    Integer,    // computes on integers (QLinearConv, QGemm, MatMulInteger, ...)
    Float,      // a layer with weights, or a recurrent one, that computes on floats
    Conversion, // QuantizeLinear, DequantizeLinear or DynamicQuantizeLinear that stands alone
    Other       // moves data, or a float operator without weights
};

// A node of ONNX Runtime's rewritten graph.
KernelKind kernelKind(const Node& node);

// A conversion that was not fused into what it stands before or behind.
struct UnfusedConversion
{
    std::string name;
    std::string opType;
    std::string value;               // that it reads
    std::vector<std::string> around; // operators that make what it reads and that read what it makes; "input" and "output" of the model
};

struct KernelCensus
{
    std::vector<std::string> integerNodes; // names in ONNX Runtime's graph, in its order
    std::vector<std::string> floatNodes;   // likewise, by the names that the model has for them where they can be told
    std::vector<UnfusedConversion> unfused;
};

// The graph that ONNX Runtime runs here with all optimizations. Throws Error(RuntimeRefused) and what parseOnnx throws.
Graph optimizedByRuntime(std::string_view model, const std::string& nameForErrors = {});

// `original`: what it was made of.
KernelCensus censusOf(const Graph& optimized, const Graph& original);
// Layers there that multiply with float32 weights.
std::size_t layersInFloat32(const Graph& optimized);
// Of an ONNX file's bytes.
KernelCensus kernelCensus(std::string_view model, const std::string& nameForErrors = {});

} // namespace hone
