// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/augment.h"

#include "data/random_operations.h"

#include <algorithm>
#include <cmath>

namespace hone
{
namespace
{

std::span<const std::uint8_t> flippedAndShifted(std::span<const std::uint8_t> pixels, const PicturePreprocess& preprocess,
                                                const Augmentation& augmentation, Random& random, std::vector<std::byte>& scratch)
{
    const bool flip = augmentation.flip && random.chance(0.5);
    const int reach = augmentation.shiftedCrop;
    const int right = reach > 0 ? int(random.below(2 * std::uint64_t(reach) + 1)) - reach : 0;
    const int down = reach > 0 ? int(random.below(2 * std::uint64_t(reach) + 1)) - reach : 0;
    if (!flip && right == 0 && down == 0)
        return pixels;
    const int width = preprocess.width, height = preprocess.height, channels = preprocess.channelCount();
    scratch.assign(pixels.size(), std::byte{0});
    auto* const shifted = reinterpret_cast<std::uint8_t*>(scratch.data());
    const int firstX = std::clamp(right, 0, width), lastX = std::clamp(width + right, 0, width);
    for (int y = std::max(0, down); y < std::min(height, height + down); ++y) {
        const std::uint8_t* source = pixels.data() + std::size_t(y - down) * width * channels;
        std::uint8_t* target = shifted + std::size_t(y) * width * channels;
        if (!flip) {
            std::copy(source + (firstX - right) * channels, source + (lastX - right) * channels, target + firstX * channels);
            continue;
        }
        for (int x = firstX; x < lastX; ++x)
            std::copy_n(source + std::size_t(width - 1 - (x - right)) * channels, channels, target + std::size_t(x) * channels);
    }
    return {shifted, scratch.size()};
}

// How a sample of numbers is moved in time and made noisy.
struct Disturbance
{
    std::ptrdiff_t later = 0; // rows
    double noise = 0;
};

Disturbance drawn(const Augmentation& augmentation, std::size_t rows, Random& random)
{
    const auto reach = std::uint64_t(augmentation.timeShift * double(rows));
    Disturbance disturbance;
    disturbance.later = reach > 0 ? std::ptrdiff_t(random.below(2 * reach + 1)) - std::ptrdiff_t(reach) : 0;
    disturbance.noise = augmentation.noise > 0 ? random.uniform(0, augmentation.noise) : 0;
    return disturbance;
}

void disturbWave(std::span<const float> wave, const Disturbance& disturbance, Random& random, std::span<float> result)
{
    const auto count = std::ptrdiff_t(wave.size());
    double energy = 0;
    for (const float value : wave)
        energy += double(value) * value;
    const double deviation = disturbance.noise * std::sqrt(energy / double(std::max<std::ptrdiff_t>(1, count)));
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        const auto source = i - disturbance.later;
        const float moved = source >= 0 && source < count ? wave[std::size_t(source)] : 0.f;
        result[std::size_t(i)] = deviation > 0 ? moved + float(deviation * random.normal()) : moved;
    }
}

void disturbWindow(std::span<const float> window, const WindowPreprocess& preprocess, const Disturbance& disturbance, Random& random,
                   std::span<float> result)
{
    const auto length = std::ptrdiff_t(preprocess.length);
    const auto channels = std::size_t(preprocess.channels);
    const auto deviationOf = [&](std::size_t c) {
        return preprocess.std.empty() ? 1.0 : preprocess.std[preprocess.std.size() == 1 ? 0 : c];
    };
    for (std::ptrdiff_t row = 0; row < length; ++row) {
        const auto source = std::size_t(std::clamp<std::ptrdiff_t>(row - disturbance.later, 0, length - 1));
        for (std::size_t c = 0; c < channels; ++c) {
            const double noise = disturbance.noise > 0 ? disturbance.noise * deviationOf(c) * random.normal() : 0;
            result[std::size_t(row) * channels + c] = window[source * channels + c] + float(noise);
        }
    }
}

std::span<const std::byte> disturbed(std::span<const std::byte> fitted, const Preprocess& preprocess, const Augmentation& augmentation,
                                     Random& random, std::vector<std::byte>& scratch)
{
    const bool isSound = preprocess.kind() == SampleKind::Sound;
    const std::span values(reinterpret_cast<const float*>(fitted.data()), fitted.size() / sizeof(float));
    scratch.resize(fitted.size());
    const std::span result(reinterpret_cast<float*>(scratch.data()), values.size());
    const auto disturbance = drawn(augmentation, isSound ? values.size() : std::size_t(preprocess.window().length), random);
    if (isSound)
        disturbWave(values, disturbance, random, result);
    else
        disturbWindow(values, preprocess.window(), disturbance, random, result);
    return scratch;
}

} // namespace

bool Augmentation::changes(SampleKind kind) const
{
    switch (kind) {
    case SampleKind::Picture: return flip || shiftedCrop > 0 || randomOperations > 0;
    case SampleKind::Sound:
    case SampleKind::Window: return timeShift > 0 || noise > 0;
    case SampleKind::Tensor: break;
    }
    return false;
}

std::span<const std::byte> augmented(std::span<const std::byte> fitted, const Preprocess& preprocess, const Augmentation& augmentation,
                                     Random& random, std::vector<std::byte>& scratch)
{
    if (!augmentation.changes(preprocess.kind()))
        return fitted;
    if (preprocess.kind() != SampleKind::Picture)
        return disturbed(fitted, preprocess, augmentation, random, scratch);
    const auto& picture = preprocess.picture();
    const std::span pixels(reinterpret_cast<const std::uint8_t*>(fitted.data()), fitted.size());
    const auto moved = flippedAndShifted(pixels, picture, augmentation, random, scratch);
    if (augmentation.randomOperations <= 0)
        return std::as_bytes(moved);
    if (moved.data() == pixels.data())
        scratch.assign(fitted.begin(), fitted.end());
    const std::span changed(reinterpret_cast<std::uint8_t*>(scratch.data()), scratch.size());
    applyRandomOperations(augmentation.randomOperations, augmentation.magnitude, {picture.width, picture.height, picture.channelCount()},
                          random, changed);
    return scratch;
}

} // namespace hone
