// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/raise_opset_rules.h"

#include <algorithm>

namespace hone
{
namespace
{

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

// The bounds became inputs; their defaults are the type's extremes, and so they may be left out.
bool raiseClip(Graph& graph, NodeId id, const InferredTypes&)
{
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

bool raisePad(Graph& graph, NodeId id, const InferredTypes&)
{
    if (!graph.node(id).hasAttribute("pads") || !intsToInput(graph, id, "pads", 1))
        return false;
    const float value = graph.node(id).floatAttribute("value", 0);
    const auto constant = graph.addConstant("value", Tensor::scalar(value));
    graph.node(id).inputs.push_back(constant);
    graph.node(id).attributes.erase("value");
    return true;
}

bool raiseSlice(Graph& graph, NodeId id, const InferredTypes&)
{
    return intsToInput(graph, id, "starts", 1) && intsToInput(graph, id, "ends", 2) && intsToInput(graph, id, "axes", 3);
}

// Before 13 a Softmax normalized over `axis` and everything behind it together (default 1), since then over `axis` alone.
bool raiseSoftmax(Graph& graph, NodeId id, const InferredTypes& types)
{
    const auto input = graph.node(id).inputs.at(0);
    auto axis = graph.node(id).intAttribute("axis", 1);
    const auto& shape = types.type(input).shape;
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

// The share dropped became an input, which inference doesn't read.
bool raiseDropout(Graph& graph, NodeId id, const InferredTypes&)
{
    auto& node = graph.node(id);
    node.attributes.erase("ratio");
    node.inputs.resize(1);
    return true;
}

// Statistics of each value apart went; outputs besides the first exist in training alone.
bool raiseBatchNormalization(Graph& graph, NodeId id, const InferredTypes&)
{
    auto& node = graph.node(id);
    const bool spatial = node.intAttribute("spatial", 1) != 0;
    node.attributes.erase("spatial");
    node.outputs.resize(1);
    return spatial;
}

// Upsample became Resize; its scales had become an input before.
bool raiseUpsample(Graph& graph, NodeId id, const InferredTypes&)
{
    graph.node(id).opType = "Resize";
    const auto found = graph.node(id).attributes.find("scales");
    if (found == graph.node(id).attributes.end())
        return true;
    const auto* floats = std::get_if<std::vector<float>>(&found->second);
    if (!floats)
        return false;
    const auto scales = graph.addConstant("scales", Tensor::of<float>({static_cast<std::int64_t>(floats->size())}, *floats));
    graph.node(id).inputs.resize(1);
    graph.node(id).inputs.push_back(scales);
    graph.node(id).attributes.erase("scales");
    return true;
}

// Resize of operator set 10 samples at floor(x / scale).
bool raiseResize(Graph& graph, NodeId id, const InferredTypes&)
{
    auto& node = graph.node(id);
    if (node.inputs.size() != 2)
        return false;
    node.inputs = {node.inputs[0], ValueId{}, node.inputs[1]};
    node.attributes["coordinate_transformation_mode"] = std::string("asymmetric");
    node.attributes["nearest_mode"] = std::string("floor");
    return true;
}

bool raiseScatter(Graph& graph, NodeId id, const InferredTypes&)
{
    graph.node(id).opType = "ScatterElements";
    return true;
}

} // namespace

OpsetRewrite attributeToInput(const std::string& key, std::size_t input)
{
    return [key, input](Graph& graph, NodeId id, const InferredTypes&) { return intsToInput(graph, id, key, input); };
}

void addRewritesTo13(OpsetRewrites& table)
{
    table[{"BatchNormalization", 9}] = raiseBatchNormalization;
    table[{"Clip", 11}] = raiseClip;
    table[{"Dropout", 12}] = raiseDropout;
    table[{"Hardmax", 13}] = raiseSoftmax;
    table[{"LogSoftmax", 13}] = raiseSoftmax;
    table[{"Pad", 11}] = raisePad;
    table[{"ReduceSum", 13}] = attributeToInput("axes", 1);
    table[{"Resize", 11}] = raiseResize;
    table[{"Scatter", 11}] = raiseScatter;
    table[{"Slice", 10}] = raiseSlice;
    table[{"Softmax", 13}] = raiseSoftmax;
    table[{"Split", 13}] = attributeToInput("split", 1);
    table[{"Squeeze", 13}] = attributeToInput("axes", 1);
    table[{"TopK", 10}] = attributeToInput("k", 1);
    table[{"Unsqueeze", 13}] = attributeToInput("axes", 1);
    table[{"Upsample", 10}] = raiseUpsample;
}

} // namespace hone
