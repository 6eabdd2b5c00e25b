// SPDX-License-Identifier: GPL-3.0-or-later
// Sample -> model input, for every kind of sample; the same code on the laptop and in the device's runner.
#pragma once

#include "core/json.h"
#include "preprocess/numbers.h"
#include "preprocess/picture.h"
#include "preprocess/sound.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace hone
{

struct Preprocess
{
    using Kinds = std::variant<PicturePreprocess, SoundPreprocess, WindowPreprocess, TensorPreprocess>; // by SampleKind

    Preprocess() = default; // a picture's
    template<class Kind>
    requires std::is_constructible_v<Kinds, Kind> Preprocess(Kind kind)
        : of(std::move(kind)) // NOLINT(google-explicit-constructor): each kind is a preprocess
    {}

    SampleKind kind() const { return SampleKind(of.index()); }
    PicturePreprocess& picture() { return std::get<PicturePreprocess>(of); }
    const PicturePreprocess& picture() const { return std::get<PicturePreprocess>(of); }
    SoundPreprocess& sound() { return std::get<SoundPreprocess>(of); }
    const SoundPreprocess& sound() const { return std::get<SoundPreprocess>(of); }
    WindowPreprocess& window() { return std::get<WindowPreprocess>(of); }
    const WindowPreprocess& window() const { return std::get<WindowPreprocess>(of); }
    TensorPreprocess& tensor() { return std::get<TensorPreprocess>(of); }
    const TensorPreprocess& tensor() const { return std::get<TensorPreprocess>(of); }

    bool operator==(const Preprocess&) const = default;

    Kinds of;
};

// Of one sample of the model's input, without the batch: [C, H, W], [frames, bands], ...
Dimensions inputShape(const Preprocess& preprocess);

// Keys as in dataset.yaml. `kind` (picture, sound, window, tensor) may be left out where it is `assumed`; a key that is absent
// keeps the default. Pictures: size [height, width] (or one number for both), range, mean, std (one number a channel, or one for
// all), channels (rgb, bgr, gray), layout (nchw, nhwc), fit (stretch, center-crop). Without a size: as the model wants it.
// Sounds: rate, seconds, features (waveform, log-mel, mfcc), recipe (tflite-micro, torchaudio), window, stride (milliseconds),
// fft, bands, coefficients, low, high (Hz), log (natural, decibel), mean, std, time (first, last), shape.
// Windows: length, channels, mean, std, time, shape. Tensors: shape, mean, std.
Json toJson(const Preprocess& preprocess);
// Throws Error(DataConfigInvalid) with `source` as its path and every problem in its detail.
Preprocess preprocessFromJson(const Json& json, const std::string& source, SampleKind assumed = SampleKind::Picture);

struct KeyProblem
{
    std::string key; // empty: the whole value
    std::string text;
};
// The same for a caller that knows where each key stands: what can be read, and everything that is wrong with the rest.
Preprocess readPreprocess(const Json& json, std::vector<KeyProblem>& problems, SampleKind assumed = SampleKind::Picture);

// Two stages: fit() brings a sample to the model's extents, which is all that can be kept between epochs and be augmented;
// finish() computes features and normalizes. Thread-safe.
class FrontEnd
{
public:
    // Throws Error(DataConfigInvalid) for a preprocess that can't work.
    explicit FrontEnd(const Preprocess& preprocess);

    const Preprocess& preprocess() const { return m_preprocess; }
    const Dimensions& shape() const { return m_shape; }     // of one sample of the model's input
    std::size_t elementCount() const { return m_elements; } // of it
    // Pictures: interleaved 8-bit pixels. Everything else: floats (the wave, [length, channels], the tensor).
    std::size_t fittedBytes() const;
    // `fitted` holds fittedBytes(). false: the sample is of another kind or shape.
    bool fit(const RawSample& sample, std::span<std::byte> fitted) const;
    // `out` holds elementCount().
    void finish(std::span<const std::byte> fitted, std::span<float> out) const;
    // Whether finish() costs enough that its result is worth keeping.
    bool finishIsDear() const;

private:
    class PictureFrontEnd
    {
    public:
        explicit PictureFrontEnd(const PicturePreprocess& preprocess) : m_preprocess(preprocess), m_normalize(preprocess) {}
        std::size_t fittedBytes() const { return m_preprocess.elementCount(); }
        bool fit(const RawSample& sample, std::span<std::byte> fitted) const;
        void finish(std::span<const std::byte> fitted, std::span<float> out) const;

    private:
        PicturePreprocess m_preprocess;
        Normalizer m_normalize;
    };
    using Stages = std::variant<PictureFrontEnd, SoundFrontEnd, WindowFrontEnd, TensorFrontEnd>;

    static Stages stagesOf(const Preprocess& preprocess);

    Preprocess m_preprocess;
    Dimensions m_shape;
    std::size_t m_elements;
    Stages m_stages;
};

// Both stages at once: [1, ...] as the model takes it. Throws Error(ModelInputUnsupported) for a sample of another kind or shape.
Tensor inputOf(const FrontEnd& frontEnd, const RawSample& sample);

} // namespace hone
