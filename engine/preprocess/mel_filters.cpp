// SPDX-License-Identifier: GPL-3.0-or-later
#include "preprocess/mel_filters.h"

#include <algorithm>
#include <cmath>

namespace hone
{
namespace
{

constexpr double melBreak = 700;

double toMel(double hertz)
{
    return 2595 * std::log10(1 + hertz / melBreak);
}

double toHertz(double mel)
{
    return melBreak * (std::pow(10, mel / 2595) - 1);
}

// Low end, peaks, high end, even on the mel scale.
std::vector<double> cornersInMel(const SoundPreprocess& preprocess)
{
    const double low = toMel(preprocess.lowHz), high = toMel(preprocess.highHz);
    std::vector<double> corners;
    for (int i = 0; i < preprocess.bands + 2; ++i)
        corners.push_back(low + (high - low) * i / (preprocess.bands + 1));
    return corners;
}

} // namespace

float MelFilter::operator()(std::span<const float> spectrum) const
{
    float sum = 0;
    for (std::size_t k = 0; k < weights.size(); ++k)
        sum += weights[k] * spectrum[first + k];
    return sum;
}

std::vector<MelFilter> melFilters(const SoundPreprocess& preprocess)
{
    const bool straightInMel = preprocess.recipe == SoundRecipe::TfliteMicro;
    auto corners = cornersInMel(preprocess);
    if (!straightInMel)
        std::transform(corners.begin(), corners.end(), corners.begin(), toHertz);
    const auto bins = std::size_t(preprocess.fft / 2 + 1);
    std::vector<MelFilter> filters(std::size_t(preprocess.bands));
    for (std::size_t b = 0; b < filters.size(); ++b) {
        const double left = corners[b], peak = corners[b + 1], right = corners[b + 2];
        auto& filter = filters[b];
        for (std::size_t k = straightInMel ? 1 : 0; k < bins; ++k) {
            const double hertz = double(k) * preprocess.rate / preprocess.fft;
            const double at = straightInMel ? toMel(hertz) : hertz;
            const double weight = std::min((at - left) / (peak - left), (right - at) / (right - peak));
            if (weight <= 0)
                continue;
            if (filter.weights.empty())
                filter.first = k;
            filter.weights.resize(k - filter.first, 0.f);
            filter.weights.push_back(float(weight));
        }
    }
    return filters;
}

} // namespace hone
