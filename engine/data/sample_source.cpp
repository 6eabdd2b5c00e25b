// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/sample_source.h"

#include "core/random.h"

#include <algorithm>
#include <new>

namespace hone
{

SampleSource::SampleSource(const Dataset& dataset, Split split, const Preprocess& preprocess,
                           std::vector<std::size_t> chosen)
    : m_dataset(dataset), m_split(split), m_preprocess(preprocess), m_chosen(std::move(chosen)),
      m_pixelBytes(preprocess.elementCount()),
      m_states(std::make_unique<std::atomic<State>[]>(m_chosen.size()))
{
    // Uninitialized, so that only pages that are used cost memory.
    if (m_pixelBytes > 0 && m_chosen.size() <= cacheBudgetBytes / m_pixelBytes)
        m_cache.reset(new (std::nothrow) std::uint8_t[m_chosen.size() * m_pixelBytes]);
}

std::span<const std::uint8_t> SampleSource::pixels(std::size_t slot, std::vector<std::uint8_t>& scratch)
{
    auto& state = m_states[slot];
    const auto kept = [&] { return std::span(m_cache.get() + slot * m_pixelBytes, m_pixelBytes); };
    const auto known = state.load(std::memory_order_acquire);
    if (known == Unreadable)
        return {};
    if (known == Kept)
        return kept();
    const auto picture = m_dataset.picture(m_split, m_chosen[slot]);
    if (!picture || picture->width <= 0 || picture->height <= 0) {
        state.store(Unreadable, std::memory_order_release);
        return {};
    }
    scratch = fitted(m_preprocess, *picture).pixels;
    if (!m_cache)
        return scratch;
    std::copy(scratch.begin(), scratch.end(), kept().begin());
    state.store(Kept, std::memory_order_release);
    return kept();
}

std::span<const std::uint8_t> augmented(std::span<const std::uint8_t> pixels, const Preprocess& preprocess,
                                        const Augmentation& augmentation, Random& random,
                                        std::vector<std::uint8_t>& scratch)
{
    const bool flip = augmentation.flip && random.chance(0.5);
    const int reach = augmentation.shiftedCrop;
    const int right = reach > 0 ? int(random.below(2 * std::uint64_t(reach) + 1)) - reach : 0;
    const int down = reach > 0 ? int(random.below(2 * std::uint64_t(reach) + 1)) - reach : 0;
    if (!flip && right == 0 && down == 0)
        return pixels;
    const int width = preprocess.width, height = preprocess.height, channels = preprocess.channelCount();
    scratch.assign(pixels.size(), 0);
    const int firstX = std::clamp(right, 0, width), lastX = std::clamp(width + right, 0, width);
    for (int y = std::max(0, down); y < std::min(height, height + down); ++y) {
        const std::uint8_t* source = pixels.data() + std::size_t(y - down) * width * channels;
        std::uint8_t* target = scratch.data() + std::size_t(y) * width * channels;
        if (!flip) {
            std::copy(source + (firstX - right) * channels, source + (lastX - right) * channels, target + firstX * channels);
            continue;
        }
        for (int x = firstX; x < lastX; ++x)
            std::copy_n(source + std::size_t(width - 1 - (x - right)) * channels, channels, target + std::size_t(x) * channels);
    }
    return scratch;
}

} // namespace hone
