// SPDX-License-Identifier: GPL-3.0-or-later
// How well the values of a float model fit the grids that a quantized one puts them on.
#pragma once

#include "core/tensor.h"
#include "graph/graph.h"
#include "quantize/histogram.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace hone
{

// A QuantizeLinear with one scale for the whole tensor.
struct ActivationGrid
{
    float scale = 1;
    std::int32_t zeroPoint = 0;
    std::int32_t lowest = 0;
    std::int32_t highest = 255;
};

// None where it has several scales or they aren't constants.
std::optional<ActivationGrid> gridOf(const Graph& graph, NodeId quantizer);

struct ActivationUse
{
    double saturatedShare = 0; // of the values whose nearest step round(x / scale) + zeroPoint is outside of [lowest, highest]
    double usedShare = 0;      // of the grid's steps that at least one value falls on
    double outlierRatio = 1;   // the largest magnitude over the 99.9th percentile of magnitudes
    // The widest channel's range (largest minus smallest value; of axis 1) over the median one; none of fewer than two axes.
    std::optional<double> channelRatio;
};

// Of one value, batch by batch; memory doesn't grow with them.
class RangeUse
{
public:
    explicit RangeUse(const ActivationGrid& grid);
    void add(const Tensor& values);
    ActivationUse result() const;

private:
    struct Extremes
    {
        float low = std::numeric_limits<float>::infinity();
        float high = -std::numeric_limits<float>::infinity();
    };

    void addChannels(std::span<const float> values, const Dimensions& shape);

    ActivationGrid m_grid;
    std::uint64_t m_total = 0;
    std::uint64_t m_saturated = 0;
    std::vector<bool> m_steps; // that were met
    Histogram m_magnitudes;
    float m_largest = 0;
    std::vector<Extremes> m_channels;
};

// The largest channel's largest magnitude over the smallest channel's, channels that are all zero left out. `axis`: of the channels.
double channelDisparity(const Tensor& weights, std::int64_t axis);

} // namespace hone
