// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/raise_opset_rules.h"

namespace hone
{
namespace
{

// 14: outputs besides the first are those of training mode, which is off by default.
bool raiseBatchNormalization(Graph& graph, NodeId id, const InferredTypes&)
{
    graph.node(id).outputs.resize(1);
    return true;
}

// 16: samples lie in the middle of a bin by default; before there was no such shift.
bool raiseRoiAlign(Graph& graph, NodeId id, const InferredTypes&)
{
    graph.node(id).attributes.try_emplace("coordinate_transformation_mode", std::string("output_half_pixel"));
    return true;
}

// 18: equal parts must be counted.
bool raiseSplit(Graph& graph, NodeId id, const InferredTypes&)
{
    auto& node = graph.node(id);
    if (!node.input(1).valid())
        node.attributes["num_outputs"] = static_cast<std::int64_t>(node.outputs.size());
    return true;
}

// 20: the modes are named for any number of axes.
bool raiseGridSample(Graph& graph, NodeId id, const InferredTypes&)
{
    auto& node = graph.node(id);
    const auto mode = node.stringAttribute("mode", "bilinear");
    node.attributes["mode"] = mode == "bilinear" ? std::string("linear") : mode == "bicubic" ? std::string("cubic") : mode;
    return true;
}

// 20: the axis became an input, counted from the end by default.
bool raiseDft(Graph& graph, NodeId id, const InferredTypes&)
{
    const auto axis = graph.addConstant("axis", Tensor::scalar(graph.node(id).intAttribute("axis", 1)));
    auto& node = graph.node(id);
    node.inputs.resize(3);
    node.inputs[2] = axis;
    node.attributes.erase("axis");
    return true;
}

// Each of a group's numbers once for every channel of the group.
Tensor forChannels(const Tensor& perGroup, std::int64_t channels)
{
    const auto source = toFloats(perGroup);
    std::vector<float> repeated(static_cast<std::size_t>(channels));
    for (std::size_t c = 0; c < repeated.size(); ++c)
        repeated[c] = source[c * source.size() / repeated.size()];
    return Tensor::of<float>({channels}, repeated);
}

// 21: scale and bias are those of a channel; they were those of a group.
bool raiseGroupNormalization(Graph& graph, NodeId id, const InferredTypes& types)
{
    const auto& shape = types.type(graph.node(id).input(0)).shape;
    const auto groups = graph.node(id).intAttribute("num_groups", 0);
    if (!shape || shape->size() < 2 || !(*shape)[1].isFixed() || groups < 1 || (*shape)[1].extent % groups != 0)
        return false;
    for (const std::size_t input : {1, 2}) {
        const auto old = graph.node(id).input(input);
        if (!graph.isConstant(old))
            return false;
        const auto& numbers = graph.value(old).constant;
        if (numbers.dtype() != DType::Float32 || numbers.size() != groups)
            return false;
        const auto repeated = graph.addConstant(graph.value(old).name, forChannels(numbers, (*shape)[1].extent));
        graph.node(id).inputs[input] = repeated;
    }
    return true;
}

} // namespace

void addRewritesTo21(OpsetRewrites& table)
{
    table[{"BatchNormalization", 14}] = raiseBatchNormalization;
    table[{"DFT", 20}] = raiseDft;
    table[{"GridSample", 20}] = raiseGridSample;
    table[{"GroupNormalization", 21}] = raiseGroupNormalization;
    table[{"RoiAlign", 16}] = raiseRoiAlign;
    table[{"Split", 18}] = raiseSplit;
    for (const auto* reduction : {"ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin",
                                  "ReduceProd", "ReduceSumSquare"})
        table[{reduction, 18}] = attributeToInput("axes", 1);
}

} // namespace hone
