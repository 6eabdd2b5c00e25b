// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/encodings.h"

#include "quantize/weight_range.h"

#include <algorithm>
#include <optional>

namespace hone
{
namespace
{

TensorRange unionOf(const Graph& prepared, const std::vector<ValueId>& group, const TensorRanges& ranges)
{
    std::optional<TensorRange> united;
    for (const auto id : group) {
        const auto found = ranges.find(prepared.value(id).name);
        if (found == ranges.end())
            continue;
        const auto& range = found->second;
        united = united ? TensorRange{std::min(united->low, range.low), std::max(united->high, range.high)} : range;
    }
    if (!united)
        throw Error(MessageCode::InternalFault, {{"detail", "no range for " + prepared.value(group.front()).name}});
    return *united;
}

} // namespace

GridType typeOfGroup(const QuantizationPlan& plan, std::size_t group, GridType type)
{
    if (plan.wideGroups.contains(group))
        type.bits = 16;
    return type;
}

QuantizationParameters gridRead(const QuantizationPlan& plan, NodeId reader, std::size_t group, const QuantizationParameters& own,
                                const GridType& type)
{
    auto wanted = type;
    if (plan.wide.contains(reader))
        wanted.bits = 16;
    return onType(own, typeOfGroup(plan, group, type), wanted);
}

Encodings encodingsFromRanges(const Graph& prepared, const QuantizationPlan& plan, const TensorRanges& ranges, const GridType& type)
{
    Encodings result;
    for (std::size_t group = 0; group < plan.groups.size(); ++group) {
        const auto own = typeOfGroup(plan, group, type);
        const auto given = plan.givenGrid(group, own);
        const auto grid = given ? QuantizationParameters{given->scale, given->zeroPoint}
                                : activationParameters(unionOf(prepared, plan.groups[group], ranges), own);
        for (const auto id : plan.groups[group])
            result.activations[prepared.value(id).name] = grid;
    }
    return result;
}

bool hasScaleAChannel(const Node& node, const QuantizeOptions& options)
{
    return options.perChannelWeights && rulesOf(options.scheme).takesScaleAChannel(node.opType);
}

void encodeWeights(const Graph& prepared, const QuantizationPlan& plan, const QuantizeOptions& options, Encodings& encodings)
{
    for (const auto& weighted : plan.weighted) {
        const auto& node = prepared.node(weighted.node);
        std::vector<float> floors;
        if (weighted.integer && node.input(2).valid()) {
            const auto& own = encodings.activations.at(prepared.value(node.inputs[0]).name);
            const float inputScale = gridRead(plan, weighted.node, plan.groupOf.at(node.inputs[0]), own, gridTypeOf(options)).scale;
            for (const float bias : toFloats(prepared.value(node.inputs[2]).constant))
                floors.push_back(smallestWeightScale(bias, inputScale));
        }
        const WeightScheme scheme{.axis = weighted.channelAxis,
                                  .perChannel = hasScaleAChannel(node, options),
                                  .largest = largestWeight(options.weightRange, options.bitsWeights),
                                  .scale = options.bitsWeights < 8 ? ScaleChoice::LeastError : ScaleChoice::Largest};
        encodings.weights[node.name] = quantizeWeights(prepared.value(node.inputs.at(1)).constant, scheme, floors);
    }
}

} // namespace hone
