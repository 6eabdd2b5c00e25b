// SPDX-License-Identifier: GPL-3.0-or-later
#include "preprocess/sound_features.h"

#include "preprocess/mel_filters.h"

#include <kissfft/kissfft.hh>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace hone
{
namespace
{

constexpr float logOffset = 1e-6f;

float squaredMagnitude(std::complex<float> value)
{
    return value.real() * value.real() + value.imag() * value.imag();
}

// Over the whole fft: zeros around the window where the fft is longer.
std::vector<float> windowOf(const SoundPreprocess& preprocess, const FrameLayout& layout)
{
    const bool centred = preprocess.recipe == SoundRecipe::Torchaudio;
    const bool halfStep = !centred && preprocess.features == SoundFeatures::LogMel;
    std::vector<float> window(std::size_t(layout.fft), 0.f);
    const int first = centred ? (layout.fft - layout.window) / 2 : 0;
    for (int n = 0; n < layout.window; ++n)
        window[std::size_t(first + n)] = float(0.5 - 0.5 * std::cos(2 * std::numbers::pi * (n + (halfStep ? 0.5 : 0)) / layout.window));
    return window;
}

// [coefficients, bands]
std::vector<float> cosineTable(const SoundPreprocess& preprocess)
{
    const int bands = preprocess.bands;
    const bool orthonormal = preprocess.recipe == SoundRecipe::Torchaudio;
    std::vector<float> table;
    for (int i = 0; i < preprocess.coefficients; ++i)
        for (int b = 0; b < bands; ++b)
            table.push_back(
                float(std::sqrt((orthonormal && i == 0 ? 1.0 : 2.0) / bands) * std::cos(std::numbers::pi / bands * (b + 0.5) * i)));
    return table;
}

// The wave continued at both ends by its mirror image, the end samples not repeated.
std::vector<float> reflected(std::span<const float> wave, std::size_t reach)
{
    std::vector<float> result;
    result.reserve(wave.size() + 2 * reach);
    for (std::size_t i = reach; i > 0; --i)
        result.push_back(wave[i]);
    result.insert(result.end(), wave.begin(), wave.end());
    for (std::size_t i = 0; i < reach; ++i)
        result.push_back(wave[wave.size() - 2 - i]);
    return result;
}

// What follows the bands of the micro frontend, frame by frame.
void reduceNoiseAndGain(std::vector<float>& values, std::size_t bands)
{
    constexpr float evenSmoothing = 0.025f, oddSmoothing = 0.06f, leastRemaining = 0.05f;
    constexpr float gainStrength = 0.95f, gainOffset = 80, unitsBeforeLog = 512, logScale = 64;
    std::vector<float> estimate(bands, 0.f);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t b = i % bands;
        const float signal = values[i], smoothing = b % 2 == 0 ? evenSmoothing : oddSmoothing;
        estimate[b] = signal * smoothing + estimate[b] * (1 - smoothing);
        const float remaining = std::max(signal - std::min(estimate[b], signal), leastRemaining * signal);
        const float ratio = remaining * std::pow(estimate[b] + gainOffset, -gainStrength);
        const float shrunk = ratio < 2 ? ratio * ratio / 4 : ratio - 1;
        values[i] = shrunk * unitsBeforeLog > 1 ? logScale * std::log(shrunk * unitsBeforeLog) : 0;
    }
}

void toDecibel(std::vector<float>& values)
{
    constexpr float least = 1e-10f, range = 80;
    float loudest = -std::numeric_limits<float>::infinity();
    for (auto& value : values) {
        value = 10 * std::log10(std::max(value, least));
        loudest = std::max(loudest, value);
    }
    for (auto& value : values)
        value = std::max(value, loudest - range);
}

void toNaturalLog(std::vector<float>& values)
{
    for (auto& value : values)
        value = std::log(value + logOffset);
}

} // namespace

struct SoundFeatureExtractor::Plan
{
    explicit Plan(const SoundPreprocess& wanted)
        : preprocess(withDefaults(wanted)),
          layout(frameLayoutOf(preprocess)),
          window(windowOf(preprocess, layout)),
          filters(melFilters(preprocess)),
          cosines(cosineTable(preprocess)),
          fft(std::size_t(layout.fft / 2), false)
    {}

    bool micro() const { return preprocess.recipe == SoundRecipe::TfliteMicro; }
    bool mfcc() const { return preprocess.features == SoundFeatures::Mfcc; }
    std::vector<float> melBands(std::span<const float> wave) const;
    std::vector<float> coefficients(const std::vector<float>& logBands) const;

    SoundPreprocess preprocess;
    FrameLayout layout;
    std::vector<float> window;
    std::vector<MelFilter> filters;
    std::vector<float> cosines;
    kissfft<float> fft;
};

// [frames, bands]: power, or magnitude for TensorFlow's MFCC, or its square root for the micro frontend.
std::vector<float> SoundFeatureExtractor::Plan::melBands(std::span<const float> wave) const
{
    std::vector<float> padded;
    if (!micro()) {
        padded = reflected(wave, std::size_t(layout.fft / 2));
        wave = padded;
    }
    const auto size = std::size_t(layout.fft), half = size / 2;
    const float scale = micro() && !mfcc() ? 32768 : 1;
    auto plan = fft; // its radices other than 2 to 5 write to scratch of its own
    std::vector<float> frame(size), spectrum(half + 1), bands;
    std::vector<std::complex<float>> transformed(half);
    const auto frames = framesOf(preprocess);
    for (std::size_t f = 0; f < frames; ++f) {
        const auto source = wave.subspan(f * std::size_t(layout.stride));
        const auto there = std::min(source.size(), size);
        for (std::size_t n = 0; n < there; ++n)
            frame[n] = source[n] * scale * window[n];
        std::fill(frame.begin() + std::ptrdiff_t(there), frame.end(), 0.f);
        plan.transform_real(frame.data(), transformed.data());
        // The values at 0 and at half the rate are real and share the first place.
        spectrum[0] = transformed[0].real() * transformed[0].real();
        spectrum[half] = transformed[0].imag() * transformed[0].imag();
        for (std::size_t k = 1; k < half; ++k)
            spectrum[k] = squaredMagnitude(transformed[k]);
        if (micro() && mfcc())
            std::transform(spectrum.begin(), spectrum.end(), spectrum.begin(), [](float power) { return std::sqrt(power); });
        for (const auto& filter : filters)
            bands.push_back(micro() && !mfcc() ? std::sqrt(filter(spectrum)) : filter(spectrum));
    }
    return bands;
}

std::vector<float> SoundFeatureExtractor::Plan::coefficients(const std::vector<float>& logBands) const
{
    const auto bands = std::size_t(preprocess.bands), count = std::size_t(preprocess.coefficients);
    std::vector<float> result;
    result.reserve(logBands.size() / bands * count);
    for (std::size_t frame = 0; frame < logBands.size(); frame += bands)
        for (std::size_t i = 0; i < count; ++i) {
            float sum = 0;
            for (std::size_t b = 0; b < bands; ++b)
                sum += cosines[i * bands + b] * logBands[frame + b];
            result.push_back(sum);
        }
    return result;
}

SoundFeatureExtractor::SoundFeatureExtractor(const SoundPreprocess& preprocess) : m_plan(std::make_unique<const Plan>(preprocess)) {}

SoundFeatureExtractor::~SoundFeatureExtractor() = default;

std::vector<float> SoundFeatureExtractor::operator()(std::span<const float> wave) const
{
    auto values = m_plan->melBands(wave);
    if (m_plan->micro() && !m_plan->mfcc()) {
        reduceNoiseAndGain(values, std::size_t(m_plan->preprocess.bands));
        return values;
    }
    if (!m_plan->micro() && m_plan->preprocess.log == LogScale::Decibel)
        toDecibel(values);
    else
        toNaturalLog(values);
    return m_plan->mfcc() ? m_plan->coefficients(values) : values;
}

} // namespace hone
