// SPDX-License-Identifier: GPL-3.0-or-later
#include "deploy/smoke_input.h"

#include "core/error.h"
#include "core/random.h"
#include "preprocess/raw_input.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hone
{
namespace
{

constexpr std::uint64_t seed = 20;
constexpr int pixelNoise = 24; // of 255

Picture smokePicture(const PicturePreprocess& preprocess)
{
    Picture picture;
    picture.width = preprocess.width + preprocess.width / 2 + 1;
    picture.height = preprocess.height + preprocess.height / 2 + 1;
    picture.channels = preprocess.channelCount();
    picture.pixels.reserve(static_cast<std::size_t>(picture.width) * picture.height * picture.channels);
    Random random(seed);
    for (int y = 0; y < picture.height; ++y)
        for (int x = 0; x < picture.width; ++x)
            for (int c = 0; c < picture.channels; ++c) {
                const int across = 255 * x / picture.width;
                const int down = 255 * y / picture.height;
                const int ramp = c == 0 ? across : c == 1 ? down : 255 - (across + down) / 2;
                const int value = ramp + static_cast<int>(random.below(2 * pixelNoise + 1)) - pixelNoise;
                picture.pixels.push_back(static_cast<std::uint8_t>(std::clamp(value, 0, 255)));
            }
    return picture;
}

Sound smokeSound(const SoundPreprocess& preprocess)
{
    constexpr int rate = 11025, otherRate = 22050;
    constexpr double amplitude = 0.4, lowest = 200, rise = 3000; // Hz, Hz a second
    Sound sound{.rate = preprocess.rate == rate ? otherRate : rate, .samples = {}};
    const auto count = std::size_t(preprocess.seconds * 1.25 * sound.rate) + 1;
    Random random(seed);
    for (std::size_t i = 0; i < count; ++i) {
        const double t = double(i) / sound.rate;
        const double tone = std::sin(2 * std::numbers::pi * (lowest + rise / 2 * std::fmod(t, 1)) * t);
        sound.samples.push_back(float(amplitude * tone + random.uniform(-0.05, 0.05)));
    }
    return sound;
}

Tensor noise(const Dimensions& shape)
{
    Tensor values(DType::Float32, shape);
    Random random(seed);
    for (auto& value : values.mutableData<float>())
        value = static_cast<float>(random.uniform(-1, 1));
    return values;
}

} // namespace

RawSample smokeSample(const Preprocess& preprocess)
{
    switch (preprocess.kind()) {
    case SampleKind::Sound: return smokeSound(preprocess.sound());
    case SampleKind::Window: return SensorWindow{noise({preprocess.window().length + 1, preprocess.window().channels})};
    case SampleKind::Tensor: return noise(preprocess.tensor().shape);
    case SampleKind::Picture: break;
    }
    return smokePicture(preprocess.picture());
}

Tensor smokeInput(std::size_t index, DType dtype, const Dimensions& shape, const std::optional<Preprocess>& preprocess)
{
    if (index == 0 && preprocess)
        return asTaken(inputOf(FrontEnd(*preprocess), smokeSample(*preprocess)), dtype);
    if (elementBits(dtype) == 0)
        throw Error(MessageCode::ModelInputUnsupported, {{"detail", "an input of " + std::string(name(dtype))}});
    Tensor input(dtype, shape);
    Random random(seed, index + 1);
    if (dtype == DType::Float32)
        for (auto& value : input.mutableData<float>())
            value = static_cast<float>(random.uniform(-1, 1));
    if (dtype == DType::Float64)
        for (auto& value : input.mutableData<double>())
            value = random.uniform(-1, 1);
    return input;
}

} // namespace hone
