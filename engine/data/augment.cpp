// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/augment.h"

#include "data/random_operations.h"

#include <algorithm>

namespace hone
{
namespace
{

std::span<const std::uint8_t> flippedAndShifted(std::span<const std::uint8_t> pixels, const PicturePreprocess& preprocess,
                                                const Augmentation& augmentation, Random& random,
                                                std::vector<std::byte>& scratch)
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

} // namespace

std::span<const std::byte> augmented(std::span<const std::byte> fitted, const Preprocess& preprocess,
                                     const Augmentation& augmentation, Random& random, std::vector<std::byte>& scratch)
{
    if (preprocess.kind() != SampleKind::Picture)
        return fitted;
    const auto& picture = preprocess.picture();
    const std::span pixels(reinterpret_cast<const std::uint8_t*>(fitted.data()), fitted.size());
    const auto moved = flippedAndShifted(pixels, picture, augmentation, random, scratch);
    if (augmentation.randomOperations <= 0)
        return std::as_bytes(moved);
    if (moved.data() == pixels.data())
        scratch.assign(fitted.begin(), fitted.end());
    const std::span changed(reinterpret_cast<std::uint8_t*>(scratch.data()), scratch.size());
    applyRandomOperations(augmentation.randomOperations, augmentation.magnitude,
                          {picture.width, picture.height, picture.channelCount()}, random, changed);
    return scratch;
}

} // namespace hone
