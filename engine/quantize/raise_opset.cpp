// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/raise_opset.h"

#include "core/error.h"
#include "quantize/raise_opset_rules.h"

#include <algorithm>
#include <set>

namespace hone
{
namespace
{

const OpsetRewrites& rewrites()
{
    static const OpsetRewrites table = [] {
        OpsetRewrites all;
        addRewritesTo13(all);
        addRewritesTo21(all);
        return all;
    }();
    return table;
}

// Operators that mean in 21 what they meant since 7, or since they came: only types, or attributes and inputs whose defaults keep the
// old meaning, were added.
bool isUnchanged(std::string_view opType)
{
    // clang-format off
    static const std::set<std::string, std::less<>> names = {
        "Abs", "Acos", "Acosh", "Add", "And", "ArgMax", "ArgMin", "Asin", "Asinh", "Atan", "Atanh", "AveragePool", "BitShift",
        "BitwiseAnd", "BitwiseNot", "BitwiseOr", "BitwiseXor", "BlackmanWindow", "Cast", "CastLike", "Ceil", "Celu", "CenterCropPad",
        "Col2Im", "Compress", "Concat", "Constant", "ConstantOfShape", "Conv", "ConvInteger", "ConvTranspose", "Cos", "Cosh", "CumSum",
        "DeformConv", "DepthToSpace", "DequantizeLinear", "Det", "Div", "DynamicQuantizeLinear", "Einsum", "Elu", "Equal", "Erf",
        "Exp", "Expand", "EyeLike", "Flatten", "Floor", "GRU", "Gather", "GatherElements", "GatherND", "Gelu", "Gemm",
        "GlobalAveragePool", "GlobalLpPool", "GlobalMaxPool", "Greater", "GreaterOrEqual", "HammingWindow", "HannWindow",
        "HardSigmoid", "HardSwish", "Identity", "InstanceNormalization", "IsInf", "IsNaN", "LRN", "LSTM", "LayerNormalization",
        "LeakyRelu", "Less", "LessOrEqual", "Log", "LpNormalization", "LpPool", "MatMul", "MatMulInteger", "Max", "MaxPool", "Mean",
        "MeanVarianceNormalization", "MelWeightMatrix", "Min", "Mish", "Mod", "Mul", "Neg", "NonMaxSuppression", "NonZero", "Not",
        "OneHot", "Or", "PRelu", "Pow", "QLinearConv", "QLinearMatMul", "QuantizeLinear", "RNN", "Range", "Reciprocal", "Relu",
        "Reshape", "ReverseSequence", "Round", "STFT", "ScatterElements", "ScatterND", "Selu", "Shape", "Shrink", "Sigmoid", "Sign",
        "Sin", "Sinh", "Size", "Softplus", "Softsign", "SpaceToDepth", "Sqrt", "Sub", "Sum", "Tan", "Tanh", "ThresholdedRelu", "Tile",
        "Transpose", "Trilu", "Where", "Xor"};
    // clang-format on
    return names.contains(opType);
}

bool isKnown(const std::string& opType)
{
    const auto first = rewrites().lower_bound({opType, 0});
    return (first != rewrites().end() && first->first.first == opType) || isUnchanged(opType);
}

bool hasSubgraph(const Node& node)
{
    return std::ranges::any_of(
        node.attributes, [](const auto& attribute) { return std::holds_alternative<std::shared_ptr<const Graph>>(attribute.second); });
}

// One operator set after the other, since a rewrite may change which operator it is.
bool raise(Graph& graph, NodeId id, std::int64_t target, const InferredTypes& types)
{
    const auto& domain = graph.node(id).domain;
    if (!domain.empty() && domain != "ai.onnx")
        return true; // its own versions
    if (hasSubgraph(graph.node(id)) || !isKnown(graph.node(id).opType))
        return false;
    for (auto opset = graph.opset() + 1; opset <= target; ++opset)
        if (const auto rewrite = rewrites().find({graph.node(id).opType, opset}); rewrite != rewrites().end())
            if (!rewrite->second(graph, id, types))
                return false;
    return true;
}

// The oldest file format that goes with an operator set (ONNX, "Released versions").
std::int64_t irVersionFor(std::int64_t opset)
{
    return opset >= 21 ? 10 : opset >= 19 ? 9 : opset >= 15 ? 8 : 7;
}

} // namespace

void raiseOpset(Graph& graph, std::int64_t target)
{
    const auto from = graph.opset();
    if (from >= target)
        return;
    if (target > opsetForBlocks)
        throw Error(MessageCode::InternalFault, {{"detail", "no way to operator set " + std::to_string(target)}});
    const auto types = inferShapes(graph);
    std::set<std::string> refused;
    const auto nodes = graph.order(); // a copy: rewrites add nodes
    for (const auto id : nodes)
        if (const auto opType = graph.node(id).opType; !raise(graph, id, target, types))
            refused.insert(opType);
    if (!refused.empty()) {
        std::string names;
        for (const auto& name : refused)
            names += (names.empty() ? "" : ", ") + name;
        throw Error(MessageCode::OpsetNotRaised,
                    {{"operators", names}, {"opset", std::to_string(from)}, {"needed", std::to_string(target)}});
    }
    graph.opsets.erase("ai.onnx");
    graph.opsets[""] = target;
    graph.irVersion = std::max(graph.irVersion, irVersionFor(target));
}

} // namespace hone
