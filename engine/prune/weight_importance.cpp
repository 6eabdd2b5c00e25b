// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/weight_importance.h"

#include "prune/group_weights.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>

namespace hone
{
namespace
{

using OfLayer = std::function<std::vector<double>(const SlicedWeight&)>;

// Of each layer over its mean, averaged over the layers.
std::vector<double> averagedOverLayers(const Graph& graph, const PruningGroup& group, const OfLayer& ofLayer)
{
    std::vector<double> scores(static_cast<std::size_t>(group.channels), 0);
    int layers = 0;
    for (const SlicedWeight& weight : weightsOf(graph, group, SliceRole::Output)) {
        std::vector<double> layer = ofLayer(weight);
        divideByMean(layer);
        std::transform(scores.begin(), scores.end(), layer.begin(), scores.begin(), std::plus<>());
        ++layers;
    }
    for (double& score : scores)
        score /= std::max(1, layers);
    return scores;
}

// In lanes, which compilers turn into vector instructions without reordering anybody's sum.
double distance(const std::vector<float>& a, const std::vector<float>& b)
{
    constexpr std::size_t lanes = 16;
    std::array<float, lanes> sums{};
    const std::size_t length = std::min(a.size(), b.size());
    std::size_t i = 0;
    for (; i + lanes <= length; i += lanes)
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            const float difference = a[i + lane] - b[i + lane];
            sums[lane] += difference * difference;
        }
    double sum = std::accumulate(sums.begin(), sums.end(), 0.0);
    for (; i < length; ++i)
        sum += std::pow(static_cast<double>(a[i]) - static_cast<double>(b[i]), 2);
    for (const auto* longer : {&a, &b}) // where a channel has more weights than another
        for (std::size_t rest = length; rest < longer->size(); ++rest)
            sum += std::pow(static_cast<double>((*longer)[rest]), 2);
    return std::sqrt(sum);
}

// He et al. 2019, equation 5: what has the smallest sum of distances is nearest to the geometric median, so
// that the others can stand for it.
std::vector<double> sumsOfDistances(const SlicedWeight& weight)
{
    const auto filters = channelFilters(weight);
    std::vector<double> sums(filters.size(), 0);
    for (std::size_t a = 0; a < filters.size(); ++a)
        for (std::size_t b = a + 1; b < filters.size(); ++b) {
            const double apart = distance(filters[a], filters[b]);
            sums[a] += apart;
            sums[b] += apart;
        }
    return sums;
}

} // namespace

std::vector<double> meanMagnitude(const Graph& graph, const PruningGroup& group)
{
    return averagedOverLayers(graph, group,
                              [](const SlicedWeight& weight) { return channelMeans(weight, [](double w) { return std::abs(w); }); });
}

std::vector<double> rootMeanSquare(const Graph& graph, const PruningGroup& group)
{
    return averagedOverLayers(graph, group, [](const SlicedWeight& weight) {
        auto squares = channelMeans(weight, [](double w) { return w * w; });
        for (double& square : squares)
            square = std::sqrt(square);
        return squares;
    });
}

std::vector<double> medianDistance(const Graph& graph, const PruningGroup& group)
{
    return averagedOverLayers(graph, group, sumsOfDistances);
}

std::vector<double> layerAdaptive(const Graph& graph, const PruningGroup& group)
{
    std::vector<double> squares(static_cast<std::size_t>(group.channels), 0);
    for (const SlicedWeight& weight : weightsOf(graph, group, SliceRole::Output)) {
        const auto filters = channelFilters(weight);
        for (std::size_t c = 0; c < filters.size(); ++c)
            for (const float w : filters[c])
                squares[c] += static_cast<double>(w) * static_cast<double>(w);
    }
    std::vector<std::size_t> order(squares.size()); // largest first; of equal ones the first channel
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return squares[a] > squares[b]; });
    std::vector<double> scores(squares.size(), 0);
    double atLeastAsLarge = 0;
    for (const std::size_t c : order) {
        atLeastAsLarge += squares[c];
        scores[c] = atLeastAsLarge > 0 ? squares[c] / atLeastAsLarge : 0;
    }
    return scores;
}

std::vector<double> normalizationScale(const Graph& graph, const PruningGroup& group)
{
    constexpr std::size_t scaleInput = 1;
    std::vector<double> scores;
    int normalizations = 0;
    for (const SlicedWeight& weight : weightsOf(graph, group, SliceRole::Elementwise)) {
        if (graph.node(weight.slice.node).opType != "BatchNormalization" || weight.slice.input != scaleInput)
            continue;
        scores.resize(static_cast<std::size_t>(group.channels), 0);
        const auto gammas = channelMeans(weight, [](double w) { return std::abs(w); });
        std::transform(scores.begin(), scores.end(), gammas.begin(), scores.begin(), std::plus<>());
        ++normalizations;
    }
    for (double& score : scores)
        score /= normalizations;
    return scores;
}

} // namespace hone
