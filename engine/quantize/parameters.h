// SPDX-License-Identifier: GPL-3.0-or-later
// The arithmetic of ONNX's QuantizeLinear: real = scale * (integer - zeroPoint) (ONNX operator specification).
#pragma once

#include "core/tensor.h"
#include "quantize/quantize.h"
#include "quantize/scheme.h"

#include <cstdint>
#include <span>
#include <vector>

namespace hone
{

struct QuantizationParameters
{
    float scale = 1;
    std::int32_t zeroPoint = 0;
};

// A grid over [low, high] widened to hold 0, which becomes exactly representable. Asymmetric, with S steps (255 for 8 bits):
// scale = (high - low) / S, zeroPoint = round(lowest - low / scale). Symmetric: scale = max(|low|, |high|) / highest, zeroPoint 0.
// No width: scale 1. An asymmetric grid's top never exceeds `high` where low is 0, so that a Clip to [0, high] says nothing more.
QuantizationParameters activationParameters(TensorRange range, const GridType& type);

// The grid of another type over the same range.
QuantizationParameters onType(const QuantizationParameters& parameters, const GridType& from, const GridType& to);

// Symmetric, scale = max |value| / largest. All 0: scale 1.
float weightScale(std::span<const float> values, int largest);
// The scale, at most that one, with the least sum of (value - quantized value)^2.
float leastErrorWeightScale(std::span<const float> values, int largest);

// round half to even, then saturation, as QuantizeLinear does.
std::int32_t quantized(float value, float scale, std::int32_t zeroPoint, std::int32_t lowest, std::int32_t highest);

// A weight tensor as integers of its own shape with its scales: one, or one for each index of `axis`.
struct QuantizedWeights
{
    Tensor values; // int8
    std::vector<float> scales;
};

enum class ScaleChoice
{
    Largest, // the largest weight is on the grid's end
    LeastError
};

struct WeightScheme
{
    std::int64_t axis = 0;
    bool perChannel = true;
    int largest = 127;
    ScaleChoice scale = ScaleChoice::Largest;
};

// smallestScales: floors for the scales, by channel; empty: none. Throws Error(InternalFault) where a weight is not finite, which
// finite_weights.h tells before.
QuantizedWeights quantizeWeights(const Tensor& weights, const WeightScheme& scheme, std::span<const float> smallestScales = {});

// int32 with scale = inputScale * weightScale(channel).
Tensor quantizeBias(std::span<const float> bias, float inputScale, std::span<const float> weightScales);
// The weight scale below which a channel's bias would leave int32's comfortable half: |bias| / (inputScale * 2^30).
float smallestWeightScale(float bias, float inputScale);

} // namespace hone
