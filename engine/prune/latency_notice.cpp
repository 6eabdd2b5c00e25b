// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/latency_notice.h"

#include "graph/cost.h"
#include "prune/dependency_graph.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace hone
{
namespace
{

constexpr double leastFall = 0.1; // of MACs that is worth a word
constexpr double leastMs = 0.2;   // under that the time is of calls, not of what they compute
constexpr std::size_t mostLayers = 5;

std::string wholePercent(double share)
{
    return std::to_string(std::lround(share * 100));
}

// Layers whose channels could be rounded.
std::set<NodeId> prunableLayers(const Graph& graph)
{
    std::set<NodeId> layers;
    for (const PruningGroup& group : findDependencies(graph).groups)
        layers.insert(group.layers.begin(), group.layers.end());
    return layers;
}

// That a layer makes; 0 where they can't be told.
std::int64_t channelsOf(const Node& layer, const Shape& output)
{
    if (output.size() < 2)
        return 0;
    const Dim& dim = layer.opType == "Conv" ? output[1] : output.back();
    return dim.isFixed() ? dim.extent : 0;
}

// "name (13 channels)", those first that compute the most on nothing.
std::vector<std::string> badlyRounded(const Graph& graph, std::int64_t block)
{
    const std::set<NodeId> prunable = prunableLayers(graph);
    std::vector<std::pair<double, std::string>> layers;
    for (const NodeCost& node : cost(graph).nodes) {
        const Node& layer = graph.node(node.node);
        const bool isProduct = (layer.opType == "Gemm" || layer.opType == "MatMul") && prunable.contains(node.node);
        if (layer.opType != "Conv" && !isProduct)
            continue;
        const std::int64_t channels = channelsOf(layer, node.outputShape);
        if (channels % block == 0)
            continue;
        const double filled = static_cast<double>(channels) / static_cast<double>((channels + block - 1) / block * block);
        layers.emplace_back(-static_cast<double>(node.macs) * (1 / filled - 1),
                            layer.name + " (" + std::to_string(channels) + " channels)");
    }
    std::ranges::sort(layers);
    std::vector<std::string> names;
    for (const auto& [waste, name] : layers)
        names.push_back(name);
    return names;
}

} // namespace

std::int64_t channelBlock()
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f"))
        return 16;
#endif
    return 8;
}

std::optional<Message> latencyNotFalling(const Graph& pruned, const SpeedChange& change, std::int64_t block)
{
    const double macs = change.macsBefore > 0 ? change.macsAfter / change.macsBefore : 1;
    const double latency = change.latencyBeforeMs > 0 ? change.latencyAfterMs / change.latencyBeforeMs : 0;
    if (change.latencyBeforeMs < leastMs || 1 - macs < leastFall || 1 - latency >= (1 - macs) / 2)
        return std::nullopt;
    const auto layers = badlyRounded(pruned, block);
    std::string text = layers.empty() ? "none, the time goes into what has no channels to lose" : "";
    for (std::size_t i = 0; i < std::min(mostLayers, layers.size()); ++i)
        text += (i > 0 ? ", " : "") + layers[i];
    if (layers.size() > mostLayers)
        text += " and " + std::to_string(layers.size() - mostLayers) + " more";
    return Message{MessageCode::LatencyNotFalling, {{"macs", wholePercent(macs)}, {"latency", wholePercent(latency)}, {"layers", text}}};
}

} // namespace hone
