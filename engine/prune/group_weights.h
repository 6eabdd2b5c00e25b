// SPDX-License-Identifier: GPL-3.0-or-later
// A group's weights by channel: what importance from weights is made of.
#pragma once

#include "prune/dependency_graph.h"

#include <functional>
#include <vector>

namespace hone
{

// A constant in which the group has a slice, with where the channels are in it.
struct SlicedWeight
{
    const Slice& slice;
    const Tensor& tensor;
};

// Those of a role whose contents are written in the file.
std::vector<SlicedWeight> weightsOf(const Graph& graph, const PruningGroup& group, SliceRole role);

// By channel: the mean over its positions of the mean of f(w) there. Weights that aren't finite count as 0.
std::vector<double> channelMeans(const SlicedWeight& weight, const std::function<double(double)>& f);

// By channel: all weights at its positions, in order. Weights that aren't finite are 0.
std::vector<std::vector<float>> channelFilters(const SlicedWeight& weight);

// Each over their mean; all 1 where that is 0.
void divideByMean(std::vector<double>& scores);

} // namespace hone
