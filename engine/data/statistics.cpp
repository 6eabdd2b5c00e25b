// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/statistics.h"

#include <algorithm>
#include <cmath>

namespace hone
{

ChannelStatistics channelStatistics(const Dataset& dataset)
{
    constexpr std::size_t mostWindows = 20'000;
    const auto all = dataset.size(Split::Train), count = std::min(all, mostWindows);
    const auto channels = std::size_t(dataset.sampleShape().at(1));
    std::vector<double> mean(channels), squares(channels); // Welford (1962): sums of squares lose digits where the mean is large
    double rows = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto sample = dataset.sample(Split::Train, i * all / count);
        const auto* window = sample ? std::get_if<SensorWindow>(&*sample) : nullptr;
        if (!window)
            continue;
        const auto values = window->values.data<float>();
        for (std::size_t row = 0; row < values.size() / channels; ++row) {
            rows += 1;
            for (std::size_t c = 0; c < channels; ++c) {
                const double value = values[row * channels + c], before = value - mean[c];
                mean[c] += before / rows;
                squares[c] += before * (value - mean[c]);
            }
        }
    }
    ChannelStatistics statistics{mean, std::vector<double>(channels, 1)};
    for (std::size_t c = 0; c < channels && rows > 0; ++c)
        if (const double deviation = std::sqrt(squares[c] / rows); deviation > 1e-12)
            statistics.std[c] = deviation;
    return statistics;
}

} // namespace hone
