// SPDX-License-Identifier: GPL-3.0-or-later
// Decoded, fitted samples of one split, kept after first use where they fit. Internal to this room.
#pragma once

#include "data/loader.h"

#include <atomic>
#include <span>

namespace hone
{

class SampleSource
{
public:
    static constexpr std::size_t cacheBudgetBytes = std::size_t{512} << 20;

    // `chosen`: the samples that will be asked for, in rising order.
    SampleSource(const Dataset& dataset, Split split, const Preprocess& preprocess, std::vector<std::size_t> chosen);

    const std::vector<std::size_t>& chosen() const { return m_chosen; }
    std::size_t pixelBytes() const { return m_pixelBytes; }
    // The fitted pixels of chosen()[slot], in the cache or in `scratch`; empty where it is unreadable.
    // Threads may call this at once for different slots.
    std::span<const std::uint8_t> pixels(std::size_t slot, std::vector<std::uint8_t>& scratch);

private:
    enum State : std::uint8_t
    {
        Unknown,
        Kept,
        Unreadable
    };

    Dataset m_dataset;
    Split m_split;
    Preprocess m_preprocess;
    std::vector<std::size_t> m_chosen;
    std::size_t m_pixelBytes;
    std::unique_ptr<std::uint8_t[]> m_cache; // none where everything would not fit
    std::unique_ptr<std::atomic<State>[]> m_states;
};

class Random;

// Flips and shifts `pixels` as the augmentation and `random` say; the result is in `scratch`, or is `pixels` itself.
std::span<const std::uint8_t> augmented(std::span<const std::uint8_t> pixels, const Preprocess& preprocess,
                                        const Augmentation& augmentation, Random& random,
                                        std::vector<std::uint8_t>& scratch);

} // namespace hone
