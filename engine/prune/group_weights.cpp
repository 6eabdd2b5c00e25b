// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/group_weights.h"

#include "prune/shape_elements.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace hone
{
namespace
{

struct AxisLayout
{
    std::size_t extent = 1;
    std::size_t inner = 1; // elements between two indices of the axis
};

AxisLayout layoutOf(const Tensor& tensor, int axis)
{
    const auto& shape = tensor.shape();
    AxisLayout layout;
    layout.extent = static_cast<std::size_t>(shape[static_cast<std::size_t>(axis)]);
    for (std::size_t i = static_cast<std::size_t>(axis) + 1; i < shape.size(); ++i)
        layout.inner *= static_cast<std::size_t>(shape[i]);
    return layout;
}

} // namespace

std::vector<SlicedWeight> weightsOf(const Graph& graph, const PruningGroup& group, SliceRole role)
{
    const GraphUses uses(graph);
    std::vector<SlicedWeight> weights;
    for (const Slice& slice : group.slices) {
        const Tensor* tensor = writtenConstant(graph, slice.initializer, uses.producer(slice.initializer));
        if (slice.role == role && tensor)
            weights.push_back({slice, *tensor});
    }
    return weights;
}

std::vector<double> channelMeans(const SlicedWeight& weight, const std::function<double(double)>& f)
{
    const std::vector<float> values = toFloats(weight.tensor);
    const AxisLayout layout = layoutOf(weight.tensor, weight.slice.axis);
    std::vector<double> means(layout.extent, 0);
    for (std::size_t i = 0; i < values.size(); ++i)
        if (std::isfinite(values[i]))
            means[i / layout.inner % layout.extent] += f(static_cast<double>(values[i]));
    for (double& mean : means)
        mean *= static_cast<double>(layout.extent) / static_cast<double>(std::max<std::size_t>(values.size(), 1));
    std::vector<double> result;
    for (const auto& positions : weight.slice.positions) {
        double sum = 0;
        for (const std::int64_t position : positions)
            sum += means[static_cast<std::size_t>(position)];
        result.push_back(positions.empty() ? 0 : sum / static_cast<double>(positions.size()));
    }
    return result;
}

std::vector<std::vector<float>> channelFilters(const SlicedWeight& weight)
{
    const std::vector<float> values = toFloats(weight.tensor);
    const AxisLayout layout = layoutOf(weight.tensor, weight.slice.axis);
    const std::size_t outer = values.size() / std::max<std::size_t>(1, layout.extent * layout.inner);
    std::vector<std::vector<float>> filters;
    for (const auto& positions : weight.slice.positions) {
        auto& filter = filters.emplace_back();
        for (const std::int64_t position : positions)
            for (std::size_t o = 0; o < outer; ++o)
                for (std::size_t i = 0; i < layout.inner; ++i) {
                    const float value = values[(o * layout.extent + static_cast<std::size_t>(position)) * layout.inner + i];
                    filter.push_back(std::isfinite(value) ? value : 0.0F);
                }
    }
    return filters;
}

void divideByMean(std::vector<double>& scores)
{
    const double mean = std::accumulate(scores.begin(), scores.end(), 0.0) / static_cast<double>(std::max<std::size_t>(1, scores.size()));
    for (double& score : scores)
        score = mean > 0 ? score / mean : 1;
}

} // namespace hone
