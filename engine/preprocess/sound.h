// SPDX-License-Identifier: GPL-3.0-or-later
// How a sound becomes a model's input: cut or padded to a length at a rate, then the wave itself, log-mel bands or MFCC.
#pragma once

#include "preprocess/sample.h"

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace hone
{

enum class SoundFeatures
{
    Waveform,
    LogMel,
    Mfcc
};

// Whose definition of the features is meant; sound_features.h says what each computes.
enum class SoundRecipe
{
    TfliteMicro,
    Torchaudio
};

enum class LogScale
{
    Natural, // log(x + 1e-6)
    Decibel  // 10 log10(max(x, 1e-10)), and no more than 80 below the sound's loudest value
};

// Which axis of the model's input is the first.
enum class TimeAxis
{
    First, // [frames, bands]
    Last   // [bands, frames]
};

// value = (feature - mean[b]) / std[b]
struct SoundPreprocess
{
    int rate = 16000;   // Hz; sounds of another are resampled
    double seconds = 1; // longer sounds lose their end, shorter ones are followed by silence
    SoundFeatures features = SoundFeatures::LogMel;
    SoundRecipe recipe = SoundRecipe::TfliteMicro;
    double windowMs = 30;
    double strideMs = 20;
    int fft = 0;                      // samples; 0: the recipe's (TfliteMicro: the next power of two, Torchaudio: the window)
    int bands = 40;                   // of the mel scale
    int coefficients = 0;             // of MFCC; 0: the recipe's (10 and 13)
    double lowHz = -1;                // of the lowest band; -1: the recipe's
    double highHz = -1;               // of the highest
    LogScale log = LogScale::Natural; // Torchaudio
    std::vector<double> mean = {0};   // one number, or one a band or coefficient
    std::vector<double> std = {1};
    TimeAxis time = TimeAxis::First;
    Dimensions shape; // of the model's input without the batch, as many elements; empty: [samples] or the two axes

    bool operator==(const SoundPreprocess&) const = default;
};

std::size_t samplesOf(const SoundPreprocess& preprocess); // rate * seconds
// Of Waveform: as many as samples, one band.
std::size_t framesOf(const SoundPreprocess& preprocess);
std::size_t bandsOf(const SoundPreprocess& preprocess); // bands, coefficients or 1
// With every "the recipe's" replaced by its number.
SoundPreprocess withDefaults(SoundPreprocess preprocess);
// What is wrong with it, empty if nothing: a window longer than the sound, bands above half the rate, ...
std::string problemOf(const SoundPreprocess& preprocess);

class SoundFeatureExtractor; // sound_features.h

class SoundFrontEnd
{
public:
    // Throws Error(DataConfigInvalid) where problemOf() finds something.
    explicit SoundFrontEnd(const SoundPreprocess& preprocess);

    std::size_t fittedBytes() const { return m_samples * sizeof(float); }
    // The wave at the wanted rate and length.
    bool fit(const RawSample& sample, std::span<std::byte> fitted) const;
    void finish(std::span<const std::byte> fitted, std::span<float> out) const;

private:
    SoundPreprocess m_preprocess;
    std::size_t m_samples;
    std::shared_ptr<const SoundFeatureExtractor> m_features; // none: the wave itself
    std::vector<float> m_mean, m_factor;                     // by band
};

} // namespace hone
