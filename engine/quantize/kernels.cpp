// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/kernels.h"

#include "core/file.h"
#include "onnx_io/onnx_io.h"
#include "runtime/session.h"

#include <set>

namespace hone
{
namespace
{

using Names = std::set<std::string, std::less<>>;

// ONNX's and ONNX Runtime's own operators (its documentation, ContribOperators.md) whose arithmetic is on integers.
bool isIntegerOperator(std::string_view opType)
{
    static const Names names = {"QGemm",
                                "MatMulInteger",
                                "MatMulIntegerToFloat",
                                "DynamicQuantizeMatMul",
                                "ConvInteger",
                                "DynamicQuantizeLSTM",
                                "QAttention",
                                "QEmbedLayerNormalization",
                                "QOrderedMatMul",
                                "QMoE"};
    return opType.starts_with("QLinear") || names.contains(opType);
}

// Blocks of few bits are multiplied as integers only where the node allows 8-bit activations (its attribute accuracy_level is 4); else they
// are restored to floats on the way.
bool isBlockProduct(const Node& node)
{
    return node.opType == "MatMulNBits";
}

bool takesEightBitActivations(const Node& node)
{
    constexpr std::int64_t eightBits = 4;
    return node.intAttribute("accuracy_level", 0) == eightBits;
}

// What has weights, or would have, in ONNX and as ONNX Runtime fuses it.
bool isFloatOperator(std::string_view opType)
{
    static const Names names = {"Conv",        "FusedConv", "ConvTranspose", "Gemm", "FusedGemm", "MatMul",
                                "FusedMatMul", "LSTM",      "GRU",           "RNN",  "Attention", "MultiHeadAttention"};
    return names.contains(opType);
}

bool isConversion(std::string_view opType)
{
    return opType == "QuantizeLinear" || opType == "DequantizeLinear" || opType == "DynamicQuantizeLinear";
}

UnfusedConversion described(const Graph& graph, const GraphUses& uses, const Node& node)
{
    UnfusedConversion conversion{node.name, node.opType, graph.value(node.inputs.at(0)).name, {}};
    const auto producer = uses.producer(node.inputs[0]);
    conversion.around.push_back(producer.valid() ? graph.node(producer).opType : graph.isConstant(node.inputs[0]) ? "constant" : "input");
    for (const auto& use : uses.users(node.outputs.at(0)))
        conversion.around.push_back(graph.node(use.node).opType);
    if (uses.isGraphOutput(node.outputs[0]))
        conversion.around.push_back("output");
    return conversion;
}

} // namespace

KernelKind kernelKind(const Node& node)
{
    if (isBlockProduct(node))
        return takesEightBitActivations(node) ? KernelKind::Integer : KernelKind::Float;
    if (isIntegerOperator(node.opType))
        return KernelKind::Integer;
    if (isFloatOperator(node.opType))
        return KernelKind::Float;
    return isConversion(node.opType) ? KernelKind::Conversion : KernelKind::Other;
}

Graph optimizedByRuntime(std::string_view model, const std::string& nameForErrors)
{
    const TemporaryFolder folder;
    const auto file = folder.path() / "optimized.onnx";
    Session::fromBytes(model, {.threads = 1, .optimizedModel = file}, nameForErrors);
    return parseOnnx(readFile(file), folder.path(), nameForErrors);
}

KernelCensus censusOf(const Graph& optimized)
{
    KernelCensus census;
    const GraphUses uses(optimized);
    for (const auto id : optimized.order()) {
        const auto& node = optimized.node(id);
        switch (kernelKind(node)) {
        case KernelKind::Integer: census.integerNodes.push_back(node.name); break;
        case KernelKind::Float: census.floatNodes.push_back(node.name); break;
        case KernelKind::Conversion: census.unfused.push_back(described(optimized, uses, node)); break;
        case KernelKind::Other: break;
        }
    }
    return census;
}

KernelCensus kernelCensus(std::string_view model, const std::string& nameForErrors)
{
    return censusOf(optimizedByRuntime(model, nameForErrors));
}

} // namespace hone
