// SPDX-License-Identifier: GPL-3.0-or-later
// What calibration keeps of one tensor: enough for every way of finding a range, so that another way needs no other pass.
#pragma once

#include "quantize/histogram.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace hone
{

struct TensorStatistics
{
    float low = 0; // of all finite values; both 0 before there are any
    float high = 0;
    // Means over samples of a sample's lowest and highest value, each new sample with a weight of averageWeight (the moving average of
    // PyTorch's MovingAverageMinMaxObserver, there by batches), so that they don't depend on how samples are batched.
    double averageLow = 0;
    double averageHigh = 0;
    std::uint64_t samples = 0;
    std::uint64_t notFinite = 0; // values that were passed over
    Histogram histogram;

    static constexpr double averageWeight = 0.01;

    // The values of so many samples, one sample after the other; a tensor that isn't batched counts as one.
    void add(std::span<const float> values, std::size_t samplesInside);
};

} // namespace hone
