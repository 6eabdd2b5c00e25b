// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/kernels.h"

#include "core/file.h"
#include "onnx_io/onnx_io.h"
#include "runtime/session.h"

#include <algorithm>
#include <optional>
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

// A node that ONNX Runtime named anew, by the value that it makes: with a prefix where it widened halves, with a suffix in its blocked
// layout.
std::string valueBehind(std::string name)
{
    constexpr std::string_view widened = "InsertedPrecisionFreeCast_";
    constexpr std::string_view blocked = "_nchwc";
    if (name.starts_with(widened))
        name.erase(0, widened.size());
    if (name.ends_with(blocked))
        name.resize(name.size() - blocked.size());
    return name;
}

// The layer that makes a value, perhaps through nodes that each read but one computed value.
std::optional<std::string> layerMaking(const Graph& graph, const GraphUses& uses, ValueId value)
{
    for (auto id = uses.producer(value); id.valid(); id = uses.producer(value)) {
        const auto& node = graph.node(id);
        if (isFloatOperator(node.opType))
            return node.name;
        const auto isComputed = [&](ValueId input) { return input.valid() && !graph.isConstant(input); };
        if (std::ranges::count_if(node.inputs, isComputed) != 1)
            break;
        value = *std::ranges::find_if(node.inputs, isComputed);
    }
    return std::nullopt;
}

std::string nameInModel(const Node& node, const Graph& optimized, const Graph& original, const GraphUses& originalUses)
{
    if (original.findNode(node.name))
        return node.name;
    std::vector<std::string> values{valueBehind(node.name)};
    for (const auto output : node.outputs)
        if (output.valid())
            values.push_back(valueBehind(optimized.value(output).name));
    for (const auto& name : values)
        if (const auto value = original.findValue(name))
            if (auto layer = layerMaking(original, originalUses, *value))
                return std::move(*layer);
    return node.name;
}

// Or weights that are widened in each run.
bool hasFloat32Weights(const Graph& graph, const GraphUses& uses, const Node& node)
{
    if (graph.isConstant(node.input(1)))
        return graph.value(node.inputs[1]).constant.dtype() == DType::Float32;
    const auto producer = node.input(1).valid() ? uses.producer(node.inputs[1]) : NodeId{};
    return producer.valid() && graph.node(producer).opType == "Cast" && graph.isConstant(graph.node(producer).input(0)) &&
           graph.node(producer).intAttribute("to", 0) == static_cast<std::int64_t>(DType::Float32);
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

KernelCensus censusOf(const Graph& optimized, const Graph& original)
{
    KernelCensus census;
    const GraphUses uses(optimized);
    const GraphUses originalUses(original);
    for (const auto id : optimized.order()) {
        const auto& node = optimized.node(id);
        switch (kernelKind(node)) {
        case KernelKind::Integer: census.integerNodes.push_back(node.name); break;
        case KernelKind::Float: census.floatNodes.push_back(nameInModel(node, optimized, original, originalUses)); break;
        case KernelKind::Conversion: census.unfused.push_back(described(optimized, uses, node)); break;
        case KernelKind::Other: break;
        }
    }
    return census;
}

KernelCensus kernelCensus(std::string_view model, const std::string& nameForErrors)
{
    return censusOf(optimizedByRuntime(model, nameForErrors), parseOnnx(model, {}, nameForErrors));
}

std::size_t layersInFloat32(const Graph& optimized)
{
    const GraphUses uses(optimized);
    return static_cast<std::size_t>(std::ranges::count_if(optimized.order(), [&](NodeId id) {
        const auto& node = optimized.node(id);
        return isFloatOperator(node.opType) && hasFloat32Weights(optimized, uses, node);
    }));
}

} // namespace hone
