// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/parameters.h"

#include "core/error.h"
#include "core/version.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hone
{
namespace
{

constexpr float smallestScale = std::numeric_limits<float>::min();

} // namespace

QuantizationParameters activationParameters(TensorRange range, const GridType& type)
{
    const double low = std::min(0.0, static_cast<double>(range.low));
    const double high = std::max(0.0, static_cast<double>(range.high));
    const std::int32_t lowest = type.lowest();
    if (!(high - low > 0) || !std::isfinite(high - low))
        return {1, type.isSymmetric ? 0 : lowest};
    if (type.isSymmetric)
        return {std::max(smallestScale, static_cast<float>(std::max(-low, high) / type.highest())), 0};
    const int steps = type.steps();
    auto scale = std::max(smallestScale, static_cast<float>((high - low) / steps));
    if (low == 0)
        while (static_cast<double>(scale) * steps > high && scale > smallestScale)
            scale = std::nextafter(scale, 0.0f);
    const auto zeroPoint = static_cast<std::int32_t>(std::nearbyint(lowest - low / scale));
    return {scale, std::clamp(zeroPoint, lowest, lowest + steps)};
}

QuantizationParameters onType(const QuantizationParameters& parameters, const GridType& from, const GridType& to)
{
    if (from == to)
        return parameters;
    const auto real = [&](std::int32_t integer) { return parameters.scale * static_cast<float>(integer - parameters.zeroPoint); };
    return activationParameters({real(from.lowest()), real(from.highest())}, to);
}

float leastErrorWeightScale(std::span<const float> values, int largest)
{
    constexpr int parts = 80;
    const float whole = weightScale(values, largest);
    float best = whole;
    double least = std::numeric_limits<double>::infinity();
    for (int part = parts; part >= parts / 4; --part) {
        const float scale = std::max(smallestScale, whole * static_cast<float>(part) / parts);
        double sum = 0;
        for (const float value : values) {
            const double error = static_cast<double>(value) - static_cast<double>(scale) * quantized(value, scale, 0, -largest, largest);
            sum += error * error;
        }
        if (sum < least) {
            least = sum;
            best = scale;
        }
    }
    return best;
}

float weightScale(std::span<const float> values, int largest)
{
    float extreme = 0;
    for (const float value : values)
        extreme = std::max(extreme, std::abs(value));
    return extreme > 0 ? std::max(smallestScale, extreme / static_cast<float>(largest)) : 1;
}

std::int32_t quantized(float value, float scale, std::int32_t zeroPoint, std::int32_t lowest, std::int32_t highest)
{
    const double step = std::nearbyint(static_cast<double>(value / scale)) + zeroPoint;
    return static_cast<std::int32_t>(std::clamp(step, static_cast<double>(lowest), static_cast<double>(highest)));
}

QuantizedWeights quantizeWeights(const Tensor& weights, const WeightScheme& scheme, std::span<const float> smallestScales)
{
    const auto source = weights.data<float>();
    if (!std::ranges::all_of(source, [](float value) { return std::isfinite(value); }))
        throw Error(MessageCode::InternalFault, {{"detail", "a weight to be quantized is not a finite number"}});
    std::size_t channels = 1;
    std::size_t inner = source.size(); // elements in a row that share a channel
    if (scheme.perChannel) {
        channels = static_cast<std::size_t>(weights.shape().at(static_cast<std::size_t>(scheme.axis)));
        inner = 1;
        for (auto axis = static_cast<std::size_t>(scheme.axis) + 1; axis < weights.shape().size(); ++axis)
            inner *= static_cast<std::size_t>(weights.shape()[axis]);
    }
    std::vector<std::vector<float>> byChannel(channels);
    for (std::size_t i = 0; i < source.size(); ++i)
        byChannel[i / inner % channels].push_back(source[i]);
    QuantizedWeights result{Tensor(DType::Int8, weights.shape()), {}};
    for (std::size_t c = 0; c < channels; ++c) {
        float scale = scheme.scale == ScaleChoice::Largest ? weightScale(byChannel[c], scheme.largest)
                                                           : leastErrorWeightScale(byChannel[c], scheme.largest);
        for (std::size_t i = scheme.perChannel ? c : 0;
             i < (scheme.perChannel ? std::min(c + 1, smallestScales.size()) : smallestScales.size()); ++i)
            scale = std::max(scale, smallestScales[i]);
        result.scales.push_back(scale);
    }
    auto target = result.values.mutableData<std::int8_t>();
    for (std::size_t i = 0; i < source.size(); ++i)
        target[i] = static_cast<std::int8_t>(quantized(source[i], result.scales[i / inner % channels], 0, -scheme.largest, scheme.largest));
    return result;
}

Tensor quantizeBias(std::span<const float> bias, float inputScale, std::span<const float> weightScales)
{
    Tensor result(DType::Int32, {static_cast<std::int64_t>(bias.size())});
    auto target = result.mutableData<std::int32_t>();
    for (std::size_t i = 0; i < bias.size(); ++i) {
        const float scale = inputScale * weightScales[weightScales.size() == 1 ? 0 : i];
        target[i] = quantized(bias[i], scale, 0, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max());
    }
    return result;
}

float smallestWeightScale(float bias, float inputScale)
{
    return std::abs(bias) / (inputScale * static_cast<float>(1 << 30));
}

} // namespace hone
