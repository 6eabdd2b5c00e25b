// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/normalization_statistics.h"

#include <algorithm>
#include <cmath>

namespace hone
{
namespace
{

std::vector<double> wide(const Tensor& tensor)
{
    const auto floats = toFloats(tensor);
    return {floats.begin(), floats.end()};
}

struct ChannelMoments
{
    std::vector<double> mean;
    std::vector<double> variance;
};

ChannelMoments momentsOf(std::span<const double> values, std::size_t rows, std::size_t channels)
{
    ChannelMoments moments{std::vector<double>(channels, 0), std::vector<double>(channels, 0)};
    const auto count = static_cast<double>(rows);
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < channels; ++c)
            moments.mean[c] += values[r * channels + c] / count;
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < channels; ++c)
            moments.variance[c] += (values[r * channels + c] - moments.mean[c]) * (values[r * channels + c] - moments.mean[c]) / count;
    return moments;
}

Tensor like(const Tensor& before, const std::vector<double>& numbers)
{
    Tensor tensor = before;
    std::ranges::transform(numbers, tensor.mutableData<float>().begin(), [](double number) { return static_cast<float>(number); });
    return tensor;
}

} // namespace

NormalizationLayer::NormalizationLayer(const Graph& graph, NodeId node)
    : m_node(node),
      m_epsilon(static_cast<double>(graph.node(node).floatAttribute("epsilon", 1e-5F))),
      m_scale(toFloats(graph.value(graph.node(node).input(1)).constant)),
      m_now{wide(graph.value(graph.node(node).input(3)).constant), wide(graph.value(graph.node(node).input(4)).constant)}
{}

double NormalizationLayer::output(std::size_t channel, double x, const NormalizationStatistics& statistics) const
{
    return static_cast<double>(m_scale[channel]) * (x - statistics.mean[channel]) / std::sqrt(statistics.variance[channel] + m_epsilon);
}

NormalizationStatistics NormalizationLayer::anew(const Rows& rows) const
{
    const ChannelMoments inputs = momentsOf(rows.inputs, rows.count, channels());
    const ChannelMoments targets = momentsOf(rows.targets, rows.count, channels());
    NormalizationStatistics statistics = m_now;
    for (std::size_t c = 0; c < channels(); ++c) {
        double factor = 1; // of the deviation
        const double spread = (m_now.variance[c] + m_epsilon) * inputs.variance[c];
        if (targets.variance[c] > 0 && spread > targets.variance[c] * m_epsilon) {
            factor = std::sqrt(inputs.variance[c] / targets.variance[c]);
            statistics.variance[c] = spread / targets.variance[c] - m_epsilon;
        }
        statistics.mean[c] = inputs.mean[c] - (targets.mean[c] - m_now.mean[c]) * factor;
    }
    return statistics;
}

SquaredError NormalizationLayer::error(const Rows& rows, const NormalizationStatistics& statistics) const
{
    std::vector<double> wanted(rows.targets.size());
    std::vector<double> given(rows.inputs.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        wanted[i] = output(i % channels(), rows.targets[i], m_now);
        given[i] = output(i % channels(), rows.inputs[i], statistics);
    }
    const ChannelMoments moments = momentsOf(wanted, rows.count, channels());
    SquaredError sum;
    for (std::size_t i = 0; i < wanted.size(); ++i)
        sum.error += (wanted[i] - given[i]) * (wanted[i] - given[i]);
    for (const double variance : moments.variance)
        sum.scale += variance * static_cast<double>(rows.count);
    return sum;
}

void NormalizationLayer::set(Graph& graph, const NormalizationStatistics& statistics) const
{
    const auto replace = [&](std::size_t input, const std::vector<double>& numbers) {
        const GraphUses uses(graph);
        const ValueId value = graph.node(m_node).inputs.at(input);
        Tensor tensor = like(graph.value(value).constant, numbers);
        if (uses.users(value).size() == 1 && !uses.isGraphOutput(value))
            graph.value(value).constant = std::move(tensor);
        else
            graph.node(m_node).inputs[input] = graph.addConstant(graph.value(value).name, std::move(tensor));
    };
    replace(3, statistics.mean);
    replace(4, statistics.variance);
}

} // namespace hone
