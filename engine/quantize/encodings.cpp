// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/encodings.h"

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

Encodings encodingsFromRanges(const Graph& prepared, const QuantizationPlan& plan, const TensorRanges& ranges, ActivationType type)
{
    Encodings result;
    for (const auto& group : plan.groups) {
        const auto grid = activationParameters(unionOf(prepared, group, ranges), type);
        for (const auto id : group)
            result.activations[prepared.value(id).name] = grid;
    }
    return result;
}

} // namespace hone
