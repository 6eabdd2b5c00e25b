// SPDX-License-Identifier: GPL-3.0-or-later
// From a tensor's statistics to the range that its grid is to cover.
#pragma once

#include "quantize/quantize.h"
#include "quantize/tensor_statistics.h"

namespace hone
{

struct RangeRequest
{
    RangeMethod method = RangeMethod::MinMax;
    double percentile = 99.99;
    int steps = 255; // of the grid: 255 for 8 bits, 65535 for 16
};

// Never outside of the smallest and largest value that were seen, but for MeanSquared.
//   MinMax         these two.
//   MovingAverage  TensorStatistics' averages.
//   Percentile     leaves out the share (100 - percentile) / 100 of the values, half of it at either end.
//   Entropy        the symmetric threshold t for which the distribution of values clipped to [-t, t], seen through the grid, loses least by
//                  Kullback and Leibler's divergence (Migacz 2017, "8-bit inference with TensorRT"; there with 128 steps of one side).
//   MeanSquared    the range, narrowed or a little widened at either end that isn't 0, for which the sum of (x - quantized x)^2 is least
//   (Sung, Shin and Hwang
//                  2015; Banner et al. 2019 in closed form for given distributions; here over the histogram).
TensorRange rangeOf(const TensorStatistics& statistics, const RangeRequest& request);

} // namespace hone
