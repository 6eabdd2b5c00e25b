// SPDX-License-Identifier: GPL-3.0-or-later
#include "preprocess/sound.h"

#include "core/error.h"
#include "preprocess/resample.h"
#include "preprocess/sound_features.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace hone
{
namespace
{

constexpr double longestSeconds = 3600;
constexpr std::size_t mostElements = std::size_t{1} << 28;

int samplesOfMilliseconds(const SoundPreprocess& preprocess, double milliseconds)
{
    return int(std::lround(milliseconds * preprocess.rate / 1000));
}

std::vector<float> spread(const std::vector<double>& values, std::size_t count, bool inverse)
{
    std::vector<float> numbers;
    for (std::size_t i = 0; i < count; ++i) {
        const double value = values[values.size() == 1 ? 0 : i];
        numbers.push_back(float(inverse ? 1 / value : value));
    }
    return numbers;
}

} // namespace

std::size_t samplesOf(const SoundPreprocess& preprocess)
{
    return std::size_t(std::max(1.0, std::round(preprocess.rate * std::clamp(preprocess.seconds, 0.0, longestSeconds))));
}

SoundPreprocess withDefaults(SoundPreprocess preprocess)
{
    const bool micro = preprocess.recipe == SoundRecipe::TfliteMicro;
    const bool mfcc = preprocess.features == SoundFeatures::Mfcc;
    const int window = samplesOfMilliseconds(preprocess, preprocess.windowMs);
    if (preprocess.fft == 0)
        preprocess.fft = micro ? int(std::bit_ceil(unsigned(std::max(window, 2)))) : window + window % 2;
    if (preprocess.coefficients == 0)
        preprocess.coefficients = std::min(micro ? 10 : 13, preprocess.bands);
    if (preprocess.lowHz < 0)
        preprocess.lowHz = !micro ? 0 : mfcc ? 20 : 125;
    if (preprocess.highHz < 0)
        preprocess.highHz = std::min(preprocess.rate / 2.0, !micro ? 1e9 : mfcc ? 4000.0 : 7500.0);
    return preprocess;
}

FrameLayout frameLayoutOf(const SoundPreprocess& preprocess)
{
    const auto full = withDefaults(preprocess);
    return {.window = samplesOfMilliseconds(full, full.windowMs), .stride = samplesOfMilliseconds(full, full.strideMs), .fft = full.fft};
}

std::size_t framesOf(const SoundPreprocess& preprocess)
{
    const auto samples = samplesOf(preprocess);
    if (preprocess.features == SoundFeatures::Waveform)
        return samples;
    const auto layout = frameLayoutOf(preprocess);
    const auto stride = std::size_t(std::max(1, layout.stride)), window = std::size_t(std::max(1, layout.window));
    if (preprocess.recipe == SoundRecipe::Torchaudio)
        return 1 + samples / stride;
    return samples < window ? 0 : 1 + (samples - window) / stride;
}

std::size_t bandsOf(const SoundPreprocess& preprocess)
{
    switch (preprocess.features) {
    case SoundFeatures::Waveform: return 1;
    case SoundFeatures::LogMel: return std::size_t(preprocess.bands);
    case SoundFeatures::Mfcc: break;
    }
    return std::size_t(withDefaults(preprocess).coefficients);
}

std::string problemOf(const SoundPreprocess& preprocess)
{
    const auto full = withDefaults(preprocess);
    const auto layout = frameLayoutOf(full);
    const auto samples = samplesOf(full);
    const auto bands = bandsOf(full);
    if (samples * bands > mostElements)
        return "makes more numbers of a sound than Hone allows";
    for (const auto* values : {&full.mean, &full.std})
        if (values->size() != 1 && values->size() != bands)
            return "has mean or std of " + std::to_string(values->size()) + " numbers; one, or one for each of " + std::to_string(bands) +
                   " bands is wanted";
    if (full.features != SoundFeatures::Waveform) {
        if (layout.window < 2 || layout.stride < 1)
            return "has a window or a stride of less than a sample";
        if (layout.fft < layout.window || layout.fft % 2 != 0)
            return "needs an even fft of at least the window's " + std::to_string(layout.window) + " samples";
        if (full.recipe == SoundRecipe::TfliteMicro && samples < std::size_t(layout.window))
            return "has a window that is longer than the sound";
        if (full.recipe == SoundRecipe::Torchaudio && samples <= std::size_t(layout.fft / 2))
            return "has a sound that is too short for its fft";
        if (!(full.lowHz < full.highHz) || full.highHz > full.rate / 2.0)
            return "needs low below high, and high at most half the rate";
        if (full.coefficients > full.bands)
            return "has more coefficients than bands";
    }
    const auto elements = std::int64_t(framesOf(full) * bands);
    if (!full.shape.empty() && elementCount(full.shape) != elements)
        return "gives " + std::to_string(elements) + " numbers, which do not fill " + toText(full.shape);
    return {};
}

SoundFrontEnd::SoundFrontEnd(const SoundPreprocess& preprocess) : m_preprocess(withDefaults(preprocess)), m_samples(samplesOf(preprocess))
{
    if (const auto problem = problemOf(m_preprocess); !problem.empty())
        throw Error(MessageCode::DataConfigInvalid, {{"path", "preprocess"}, {"detail", problem}});
    if (m_preprocess.features != SoundFeatures::Waveform)
        m_features = std::make_shared<SoundFeatureExtractor>(m_preprocess);
    m_mean = spread(m_preprocess.mean, bandsOf(m_preprocess), false);
    m_factor = spread(m_preprocess.std, bandsOf(m_preprocess), true);
}

bool SoundFrontEnd::fit(const RawSample& sample, std::span<std::byte> fitted) const
{
    const auto* sound = std::get_if<Sound>(&sample);
    if (!sound || sound->rate <= 0)
        return false;
    // What lies beyond the wanted length need not be resampled, up to what its filter reaches.
    const auto source = std::min(sound->samples.size(), sourceLength(m_samples, sound->rate, m_preprocess.rate));
    const auto wave = resampled(std::span(sound->samples).first(source), sound->rate, m_preprocess.rate);
    const auto kept = std::min(wave.size(), m_samples);
    std::memcpy(fitted.data(), wave.data(), kept * sizeof(float));
    std::fill(fitted.begin() + std::ptrdiff_t(kept * sizeof(float)), fitted.end(), std::byte{0});
    return true;
}

void SoundFrontEnd::finish(std::span<const std::byte> fitted, std::span<float> out) const
{
    const std::span wave(reinterpret_cast<const float*>(fitted.data()), m_samples);
    if (!m_features) {
        for (std::size_t i = 0; i < wave.size(); ++i)
            out[i] = (wave[i] - m_mean[0]) * m_factor[0];
        return;
    }
    const auto values = (*m_features)(wave); // [frames, bands]
    const std::size_t bands = m_mean.size(), frames = values.size() / bands;
    const bool timeFirst = m_preprocess.time == TimeAxis::First;
    for (std::size_t f = 0; f < frames; ++f)
        for (std::size_t b = 0; b < bands; ++b)
            out[timeFirst ? f * bands + b : b * frames + f] = (values[f * bands + b] - m_mean[b]) * m_factor[b];
}

} // namespace hone
