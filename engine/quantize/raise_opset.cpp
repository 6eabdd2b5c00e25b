// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/raise_opset.h"

#include "core/error.h"
#include "graph/shape_inference.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

namespace hone
{
namespace
{

// What a rewrite needs to know besides the node.
struct Situation
{
    std::int64_t from = 0; // the graph's operator set
    const InferredTypes& types;
};

// Returns false where the node can't be carried over. It may add nodes before and after the one it is given.
using Rewrite = std::function<bool(Graph&, NodeId, const Situation&)>;

// The attribute's integers become a constant input at position `input`; absent attributes leave the input out.
bool intsToInput(Graph& graph, NodeId id, const std::string& key, std::size_t input)
{
    const auto found = graph.node(id).attributes.find(key);
    if (found == graph.node(id).attributes.end())
        return true;
    std::vector<std::int64_t> values;
    if (const auto* ints = std::get_if<std::vector<std::int64_t>>(&found->second))
        values = *ints;
    else if (const auto* one = std::get_if<std::int64_t>(&found->second))
        values = {*one};
    else
        return false;
    const auto constant = graph.addConstant(key, Tensor::of<std::int64_t>({static_cast<std::int64_t>(values.size())}, values));
    auto& node = graph.node(id);
    node.inputs.resize(std::max(node.inputs.size(), input + 1));
    node.inputs[input] = constant;
    node.attributes.erase(key);
    return true;
}

Rewrite axesToInput(const std::string& key, std::int64_t since)
{
    return [key, since](Graph& graph, NodeId id, const Situation& situation) {
        return situation.from >= since || intsToInput(graph, id, key, 1);
    };
}

// Operator set 11: the bounds became inputs; their defaults are the type's extremes, and so they may be left out.
bool raiseClip(Graph& graph, NodeId id, const Situation& situation)
{
    if (situation.from >= 11)
        return true;
    const auto bounds = {std::pair{"min", std::size_t{1}}, std::pair{"max", std::size_t{2}}};
    for (const auto& [key, input] : bounds) {
        if (!graph.node(id).hasAttribute(key))
            continue;
        const auto constant = graph.addConstant(key, Tensor::scalar(graph.node(id).floatAttribute(key, 0)));
        auto& node = graph.node(id);
        node.inputs.resize(std::max(node.inputs.size(), input + 1));
        node.inputs[input] = constant;
        node.attributes.erase(key);
    }
    return true;
}

bool raisePad(Graph& graph, NodeId id, const Situation& situation)
{
    if (situation.from >= 11)
        return true;
    if (!graph.node(id).hasAttribute("pads") || !intsToInput(graph, id, "pads", 1))
        return false;
    const float value = graph.node(id).floatAttribute("value", 0);
    const auto constant = graph.addConstant("value", Tensor::scalar(value));
    graph.node(id).inputs.push_back(constant);
    graph.node(id).attributes.erase("value");
    return true;
}

bool raiseSlice(Graph& graph, NodeId id, const Situation& situation)
{
    return situation.from >= 10 ||
           (intsToInput(graph, id, "starts", 1) && intsToInput(graph, id, "ends", 2) && intsToInput(graph, id, "axes", 3));
}

// Before 13 a Softmax normalized over `axis` and everything behind it together (default 1), since then over `axis` alone.
bool raiseSoftmax(Graph& graph, NodeId id, const Situation& situation)
{
    if (situation.from >= 13)
        return true;
    const auto input = graph.node(id).inputs.at(0);
    auto axis = graph.node(id).intAttribute("axis", 1);
    const auto& shape = situation.types.type(input).shape;
    if (!shape)
        return false;
    const auto rank = static_cast<std::int64_t>(shape->size());
    axis += axis < 0 ? rank : 0;
    if (axis < 0 || axis > rank)
        return false;
    const auto isOne = [](const Dim& dim) { return dim.extent == 1; };
    if (axis < rank && std::all_of(shape->begin() + axis + 1, shape->end(), isOne)) {
        graph.node(id).attributes["axis"] = axis;
        return true;
    }
    const auto output = graph.node(id).outputs.at(0);
    const auto flat = graph.addComputed("softmax_in");
    const auto normal = graph.addComputed("softmax_out");
    const auto extents = graph.addComputed("softmax_shape");
    graph.insertNodeBefore(id, {.opType = "Flatten", .inputs = {input}, .outputs = {flat}, .attributes = {{"axis", axis}}});
    graph.insertNodeBefore(id, {.opType = "Shape", .inputs = {input}, .outputs = {extents}});
    graph.node(id).inputs[0] = flat;
    graph.node(id).outputs[0] = normal;
    graph.node(id).attributes["axis"] = std::int64_t{1};
    graph.insertNodeAfter(id, {.opType = "Reshape", .inputs = {normal, extents}, .outputs = {output}});
    return true;
}

// Dropout's outputs besides the first exist in training alone.
bool raiseDropout(Graph& graph, NodeId id, const Situation&)
{
    auto& node = graph.node(id);
    node.attributes.erase("ratio");
    node.inputs.resize(1);
    return true;
}

bool raiseBatchNormalization(Graph& graph, NodeId id, const Situation&)
{
    auto& node = graph.node(id);
    const bool spatial = node.intAttribute("spatial", 1) != 0;
    node.attributes.erase("spatial");
    node.outputs.resize(1);
    return spatial;
}

// Upsample (to 9) and Resize of operator set 10 sample at floor(x / scale).
bool raiseResize(Graph& graph, NodeId id, const Situation& situation)
{
    if (situation.from >= 11)
        return true;
    if (const auto found = graph.node(id).attributes.find("scales"); found != graph.node(id).attributes.end()) {
        const auto* floats = std::get_if<std::vector<float>>(&found->second);
        if (!floats)
            return false;
        const auto scales = graph.addConstant("scales", Tensor::of<float>({static_cast<std::int64_t>(floats->size())}, *floats));
        graph.node(id).inputs.resize(1);
        graph.node(id).inputs.push_back(scales);
        graph.node(id).attributes.erase("scales");
    }
    auto& node = graph.node(id);
    if (node.inputs.size() != 2)
        return false;
    node.opType = "Resize";
    node.inputs = {node.inputs[0], ValueId{}, node.inputs[1]};
    node.attributes["coordinate_transformation_mode"] = std::string("asymmetric");
    node.attributes["nearest_mode"] = std::string("floor");
    return true;
}

bool raiseTopK(Graph& graph, NodeId id, const Situation& situation)
{
    return situation.from >= 10 || intsToInput(graph, id, "k", 1);
}

bool raiseScatter(Graph& graph, NodeId id, const Situation&)
{
    graph.node(id).opType = "ScatterElements";
    return true;
}

const std::map<std::string, Rewrite, std::less<>>& rewrites()
{
    static const std::map<std::string, Rewrite, std::less<>> table = {
        {"BatchNormalization", raiseBatchNormalization},
        {"Clip", raiseClip},
        {"Dropout", raiseDropout},
        {"Hardmax", raiseSoftmax},
        {"LogSoftmax", raiseSoftmax},
        {"Pad", raisePad},
        {"ReduceSum", axesToInput("axes", 13)},
        {"Resize", raiseResize},
        {"Scatter", raiseScatter},
        {"Slice", raiseSlice},
        {"Softmax", raiseSoftmax},
        {"Split", axesToInput("split", 13)},
        {"Squeeze", axesToInput("axes", 13)},
        {"TopK", raiseTopK},
        {"Unsqueeze", axesToInput("axes", 13)},
        {"Upsample", raiseResize},
    };
    return table;
}

// Operators that mean in 13 what they meant since 7: only types, or attributes whose defaults keep the old meaning, were added.
bool isUnchanged(std::string_view opType)
{
    // clang-format off
    static const std::set<std::string, std::less<>> names = {
        "Abs", "Acos", "Add", "And", "ArgMax", "ArgMin", "Asin", "Atan", "AveragePool", "Cast", "Ceil", "Concat", "Constant",
        "ConstantOfShape", "Conv", "ConvTranspose", "Cos", "DepthToSpace", "Div", "Einsum", "Elu", "Equal", "Erf", "Exp", "Expand",
        "EyeLike", "Flatten", "Floor", "GRU", "Gather", "GatherElements", "GatherND", "Gemm", "GlobalAveragePool", "GlobalLpPool",
        "GlobalMaxPool", "Greater", "GreaterOrEqual", "HardSigmoid", "Identity", "InstanceNormalization", "IsInf", "IsNaN", "LRN",
        "LSTM", "LeakyRelu", "Less", "LessOrEqual", "Log", "LpNormalization", "LpPool", "MatMul", "Max", "MaxPool", "Mean", "Min",
        "Mod", "Mul", "Neg", "NonZero", "Not", "OneHot", "Or", "PRelu", "Pow", "RNN", "Range", "Reciprocal", "ReduceL1",
        "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSumSquare",
        "Relu", "Reshape", "Round", "Selu", "Shape", "Sigmoid", "Sign", "Sin", "Sinh", "Size", "Softplus", "Softsign",
        "SpaceToDepth", "Sqrt", "Sub", "Sum", "Tan", "Tanh", "ThresholdedRelu", "Tile", "Transpose", "Where", "Xor"};
    // clang-format on
    return names.contains(opType);
}

bool hasSubgraph(const Node& node)
{
    return std::ranges::any_of(
        node.attributes, [](const auto& attribute) { return std::holds_alternative<std::shared_ptr<const Graph>>(attribute.second); });
}

bool raise(Graph& graph, NodeId id, const Situation& situation)
{
    const auto& node = graph.node(id);
    if (!node.domain.empty() && node.domain != "ai.onnx")
        return true; // its own versions
    if (hasSubgraph(node))
        return false;
    if (const auto rewrite = rewrites().find(node.opType); rewrite != rewrites().end())
        return rewrite->second(graph, id, situation);
    return isUnchanged(node.opType);
}

} // namespace

void raiseOpset(Graph& graph)
{
    const auto from = graph.opset();
    if (from >= opsetForQuantization)
        return;
    const auto types = inferShapes(graph);
    const Situation situation{from, types};
    std::set<std::string> refused;
    const auto nodes = graph.order(); // a copy: rewrites add nodes
    for (const auto id : nodes)
        if (const auto opType = graph.node(id).opType; !raise(graph, id, situation))
            refused.insert(opType);
    if (!refused.empty()) {
        std::string names;
        for (const auto& name : refused)
            names += (names.empty() ? "" : ", ") + name;
        throw Error(MessageCode::OpsetNotRaised,
                    {{"operators", names}, {"opset", std::to_string(from)}, {"needed", std::to_string(opsetForQuantization)}});
    }
    graph.opsets.erase("ai.onnx");
    graph.opsets[""] = opsetForQuantization;
    constexpr std::int64_t irOfOpset = 7;
    graph.irVersion = std::max(graph.irVersion, irOfOpset);
}

} // namespace hone
