// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/range_use.h"

#include <algorithm>
#include <cmath>

namespace hone
{
namespace
{

constexpr double magnitudePercentile = 99.9;

struct Extent
{
    std::int64_t outer = 1; // blocks before the axis
    std::int64_t channels = 1;
    std::int64_t inner = 1; // neighbouring values of one channel
};

Extent extentOf(const Dimensions& shape, std::size_t axis)
{
    Extent extent;
    for (std::size_t i = 0; i < shape.size(); ++i)
        (i < axis ? extent.outer : i == axis ? extent.channels : extent.inner) *= shape[i];
    return extent;
}

} // namespace

std::optional<ActivationGrid> gridOf(const Graph& graph, NodeId quantizer)
{
    if (!quantizer.valid())
        return std::nullopt;
    const auto& node = graph.node(quantizer);
    if (!graph.isConstant(node.input(1)) || graph.value(node.input(1)).constant.size() != 1)
        return std::nullopt;
    ActivationGrid grid;
    grid.scale = toFloats(graph.value(node.input(1)).constant).front();
    if (!(grid.scale > 0))
        return std::nullopt;
    if (!node.input(2).valid())
        return grid;
    if (!graph.isConstant(node.input(2)) || graph.value(node.input(2)).constant.size() != 1)
        return std::nullopt;
    const auto& zeroPoint = graph.value(node.input(2)).constant;
    switch (zeroPoint.dtype()) {
    case DType::UInt8: grid.highest = 255; break;
    case DType::Int8: grid.lowest = -128, grid.highest = 127; break;
    case DType::UInt16: grid.highest = 65535; break;
    case DType::Int16: grid.lowest = -32768, grid.highest = 32767; break;
    default: return std::nullopt;
    }
    grid.zeroPoint = static_cast<std::int32_t>(toInt64s(zeroPoint).front());
    return grid;
}

RangeUse::RangeUse(const ActivationGrid& grid) : m_grid(grid), m_steps(static_cast<std::size_t>(grid.highest - grid.lowest) + 1) {}

void RangeUse::add(const Tensor& values)
{
    const auto data = values.data<float>();
    std::vector<float> magnitudes;
    for (std::size_t i = 0; i < data.size(); ++i) {
        if (!std::isfinite(data[i]))
            continue;
        magnitudes.push_back(std::abs(data[i]));
        m_largest = std::max(m_largest, magnitudes.back());
        const double step = std::nearbyint(static_cast<double>(data[i]) / m_grid.scale) + m_grid.zeroPoint;
        m_saturated += step < m_grid.lowest || step > m_grid.highest;
        const auto reached = std::clamp<double>(step, m_grid.lowest, m_grid.highest);
        m_steps[static_cast<std::size_t>(reached - m_grid.lowest)] = true;
        ++m_total;
    }
    m_magnitudes.add(magnitudes, m_largest);
    addChannels(data, values.shape());
}

void RangeUse::addChannels(std::span<const float> values, const Dimensions& shape)
{
    if (shape.size() < 2)
        return;
    const auto extent = extentOf(shape, 1);
    m_channels.resize(static_cast<std::size_t>(extent.channels));
    const auto inner = static_cast<std::size_t>(extent.inner);
    for (std::size_t at = 0, block = 0; at < values.size(); at += inner, ++block) {
        auto& channel = m_channels[block % m_channels.size()];
        for (const float value : values.subspan(at, inner)) {
            if (!std::isfinite(value))
                continue;
            channel.low = std::min(channel.low, value);
            channel.high = std::max(channel.high, value);
        }
    }
}

ActivationUse RangeUse::result() const
{
    ActivationUse use;
    if (m_total == 0)
        return use;
    use.saturatedShare = static_cast<double>(m_saturated) / static_cast<double>(m_total);
    use.usedShare = static_cast<double>(std::ranges::count(m_steps, true)) / static_cast<double>(m_steps.size());
    const double usual = std::min<double>(m_largest, m_magnitudes.quantile(magnitudePercentile / 100));
    use.outlierRatio = usual > 0 ? m_largest / usual : 1;
    if (m_channels.size() < 2)
        return use;
    std::vector<double> ranges;
    for (const auto& channel : m_channels)
        ranges.push_back(channel.high >= channel.low ? static_cast<double>(channel.high) - channel.low : 0);
    std::ranges::sort(ranges);
    if (const double median = ranges[ranges.size() / 2]; median > 0)
        use.channelRatio = ranges.back() / median;
    return use;
}

double channelDisparity(const Tensor& weights, std::int64_t axis)
{
    const auto extent = extentOf(weights.shape(), static_cast<std::size_t>(axis));
    const auto values = toFloats(weights);
    std::vector<float> largest(static_cast<std::size_t>(extent.channels));
    const auto inner = static_cast<std::size_t>(extent.inner);
    for (std::size_t i = 0; i < values.size(); ++i) {
        auto& channel = largest[i / inner % largest.size()];
        channel = std::max(channel, std::abs(values[i]));
    }
    std::erase(largest, 0.0f);
    if (largest.empty())
        return 1;
    const auto [low, high] = std::ranges::minmax(largest);
    return static_cast<double>(high) / low;
}

} // namespace hone
