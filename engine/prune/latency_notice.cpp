// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/latency_notice.h"

#include "graph/cost.h"
#include "prune/dependency_graph.h"

#include <algorithm>
#include <cmath>
#include <functional>
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

bool convolves(const Node& layer)
{
    return layer.opType == "Conv" || layer.opType == "ConvTranspose";
}

bool multiplies(const Node& layer)
{
    return layer.opType == "Gemm" || layer.opType == "MatMul" || layer.opType == "LSTM" || layer.opType == "GRU" || layer.opType == "RNN";
}

// That a layer makes; 0 where they can't be told.
std::int64_t channelsOf(const Node& layer, const Shape& output)
{
    if (output.size() < 2)
        return 0;
    const Dim& dim = convolves(layer) ? output[1] : output.back();
    return dim.isFixed() ? dim.extent : 0;
}

// What is computed on nothing, in MACs beside those counted.
double wasted(double macs, std::int64_t channels, std::int64_t block)
{
    const auto blocks = static_cast<double>((channels + block - 1) / block * block);
    return macs * (blocks / static_cast<double>(channels) - 1);
}

struct BadlyRounded
{
    double waste = 0;
    std::string text; // "name (13 channels)"
};

// Those first that compute the most on nothing; empty: none does.
std::string listed(std::vector<BadlyRounded> layers)
{
    std::ranges::stable_sort(layers, std::greater(), &BadlyRounded::waste);
    std::string text;
    for (std::size_t i = 0; i < std::min(mostLayers, layers.size()); ++i)
        text += (i > 0 ? ", " : "") + layers[i].text;
    if (layers.size() > mostLayers)
        text += " and " + std::to_string(layers.size() - mostLayers) + " more";
    return text;
}

std::optional<Message> fallsTooLittle(MessageCode code, const SpeedChange& change, const std::string& layers)
{
    const double macs = change.macsBefore > 0 ? change.macsAfter / change.macsBefore : 1;
    const double latency = change.latencyBeforeMs > 0 ? change.latencyAfterMs / change.latencyBeforeMs : 0;
    if (1 - macs < leastFall || 1 - latency >= (1 - macs) / 2)
        return std::nullopt;
    const char* none = "none, the time goes into what has no channels to lose";
    if (change.latencyBeforeMs < leastMs)
        none = "none, a model this small spends its time on calling operators, not in them";
    const std::string told = layers.empty() || change.latencyBeforeMs < leastMs ? none : layers;
    return Message{code, {{"macs", wholePercent(macs)}, {"latency", wholePercent(latency)}, {"layers", told}}};
}

} // namespace

std::string badlyRoundedText(const Graph& graph, std::int64_t block)
{
    const std::set<NodeId> prunable = prunableLayers(graph);
    std::vector<BadlyRounded> layers;
    for (const NodeCost& node : cost(graph).nodes) {
        const Node& layer = graph.node(node.node);
        const bool isProduct = multiplies(layer) && prunable.contains(node.node); // others are of activations, or classify
        if (!convolves(layer) && !isProduct)
            continue;
        const std::int64_t channels = channelsOf(layer, node.outputShape);
        if (channels % block != 0)
            layers.push_back({wasted(static_cast<double>(node.macs), channels, block),
                              layer.name + " (" + std::to_string(channels) + (channels == 1 ? " channel)" : " channels)")});
    }
    return listed(std::move(layers));
}

std::optional<Message> latencyNotFalling(const Graph& pruned, const SpeedChange& change, std::int64_t block)
{
    return fallsTooLittle(MessageCode::LatencyNotFalling, change, badlyRoundedText(pruned, block));
}

std::optional<Message> splitNotFaster(const std::vector<FactorizedLayer>& layers, const SpeedChange& change, std::int64_t block)
{
    std::vector<BadlyRounded> ranks;
    for (const FactorizedLayer& layer : layers)
        if (layer.rank % block != 0)
            ranks.push_back({wasted(static_cast<double>(layer.macsAfter), layer.rank, block),
                             layer.name + " (rank " + std::to_string(layer.rank) + ")"});
    return fallsTooLittle(MessageCode::SplitNotFaster, change, listed(std::move(ranks)));
}

} // namespace hone
