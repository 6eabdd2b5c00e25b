// SPDX-License-Identifier: GPL-3.0-or-later
// The running statistics of a BatchNormalization behind a layer that can't be solved, taken anew.
#pragma once

#include "graph/graph.h"
#include "layerwise/least_squares.h"

#include <vector>

namespace hone
{

// Of one BatchNormalization, by channel.
struct NormalizationStatistics
{
    std::vector<double> mean;
    std::vector<double> variance;
};

class NormalizationLayer
{
public:
    // Its constants in the graph: float32, one each channel.
    NormalizationLayer(const Graph& graph, NodeId node);

    std::size_t channels() const { return m_now.mean.size(); }
    const NormalizationStatistics& now() const { return m_now; }
    // With which the normalization gives the mean and the variance on rows.inputs (what the layer makes now) that it gives on
    // rows.targets (what it made in the original) with those that it has. Where these are the statistics of the original's
    // targets, that is the mean and the variance of the inputs (Ioffe and Szegedy 2015, "Batch Normalization", section 3.1).
    // A channel that is constant in either keeps its variance.
    NormalizationStatistics anew(const Rows& rows) const;
    // Of its outputs on the inputs, with the given statistics, against those on the targets with the present ones.
    SquaredError error(const Rows& rows, const NormalizationStatistics& statistics) const;
    // Constants that others read too are left to them.
    void set(Graph& graph, const NormalizationStatistics& statistics) const;

private:
    double output(std::size_t channel, double x, const NormalizationStatistics& statistics) const;

    NodeId m_node;
    double m_epsilon = 1e-5;
    std::vector<float> m_scale;
    NormalizationStatistics m_now;
};

} // namespace hone
