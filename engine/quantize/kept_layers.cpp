// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/kept_layers.h"

#include "quantize/plan.h"
#include "train/freeze.h"

#include <fmt/format.h>

#include <algorithm>

namespace hone
{
namespace
{

bool hasIntegerLayer(const Graph& prepared, const PlanOptions& planning)
{
    return std::ranges::any_of(planQuantization(prepared, planning).weighted, [](const WeightedNode& node) { return node.integer; });
}

} // namespace

std::set<std::string> keptLayers(const Graph& prepared, const QuantizeOptions& options)
{
    PlanOptions planning{.keepFloat = {}, .sixteenBits = {}, .scheme = options.scheme};
    if (options.keepFloat.empty() || !hasIntegerLayer(prepared, planning)) // which is told otherwise
        return {};
    for (const auto node : nodesMatching(prepared, options.keepFloat))
        planning.keepFloat.insert(prepared.node(node).name);
    if (!hasIntegerLayer(prepared, planning))
        throw Error(MessageCode::BadOption, {{"option", "keepFloat"},
                                             {"value", fmt::format("{}", fmt::join(options.keepFloat, ", "))},
                                             {"expected", "names that leave a layer to quantize, and with these nothing would be left"}});
    return planning.keepFloat;
}

void requireKeptLayers(const Graph& graph, const QuantizeOptions& options)
{
    if (!options.keepFloat.empty())
        keptLayers(prepareForQuantization(graph), options);
}

} // namespace hone
