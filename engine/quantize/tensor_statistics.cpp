// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/tensor_statistics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace hone
{
namespace
{

struct Extremes
{
    float low = std::numeric_limits<float>::infinity();
    float high = -std::numeric_limits<float>::infinity();
    bool finite = true;
};

// Several at a time, in the form that compilers make vector instructions of.
Extremes extremesOf(std::span<const float> values)
{
    constexpr std::size_t lanes = 16;
    std::array<float, lanes> low;
    std::array<float, lanes> high;
    std::array<float, lanes> odd{}; // stays 0 while everything is finite: x - x is 0 then, and NaN otherwise
    low.fill(std::numeric_limits<float>::infinity());
    high.fill(-std::numeric_limits<float>::infinity());
    const auto whole = values.size() / lanes * lanes;
    for (std::size_t i = 0; i < whole; i += lanes)
        for (std::size_t k = 0; k < lanes; ++k) {
            const float value = values[i + k];
            low[k] = value < low[k] ? value : low[k];
            high[k] = value > high[k] ? value : high[k];
            odd[k] += value - value;
        }
    Extremes result;
    for (std::size_t k = 0; k < lanes; ++k) {
        result.low = std::min(result.low, low[k]);
        result.high = std::max(result.high, high[k]);
        result.finite = result.finite && odd[k] == 0;
    }
    for (auto i = whole; i < values.size(); ++i) {
        result.low = std::min(result.low, values[i]);
        result.high = std::max(result.high, values[i]);
        result.finite = result.finite && std::isfinite(values[i]);
    }
    return result;
}

} // namespace

void TensorStatistics::add(std::span<const float> values, std::size_t samplesInside)
{
    if (values.empty())
        return;
    if (!extremesOf(values).finite) {
        std::vector<float> rest;
        std::ranges::copy_if(values, std::back_inserter(rest), [](float value) { return std::isfinite(value); });
        notFinite += values.size() - rest.size();
        return add(rest, 1);
    }
    if (samplesInside == 0 || values.size() % samplesInside != 0)
        samplesInside = 1;
    const auto each = values.size() / samplesInside;
    for (std::size_t i = 0; i < samplesInside; ++i) {
        const auto [sampleLow, sampleHigh, finite] = extremesOf(values.subspan(i * each, each));
        low = samples == 0 ? sampleLow : std::min(low, sampleLow);
        high = samples == 0 ? sampleHigh : std::max(high, sampleHigh);
        averageLow = samples == 0 ? sampleLow : averageLow + averageWeight * (sampleLow - averageLow);
        averageHigh = samples == 0 ? sampleHigh : averageHigh + averageWeight * (sampleHigh - averageHigh);
        ++samples;
    }
    histogram.add(values, std::max(std::abs(low), std::abs(high)));
}

} // namespace hone
