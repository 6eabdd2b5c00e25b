// SPDX-License-Identifier: GPL-3.0-or-later
// Triangular filters on the mel scale. Internal to this room.
#pragma once

#include "preprocess/sound.h"

#include <span>
#include <vector>

namespace hone
{

struct MelFilter
{
    std::size_t first = 0; // bin of the spectrum
    std::vector<float> weights;

    float operator()(std::span<const float> spectrum) const;
};

// One filter a band over the fft / 2 + 1 bins. `preprocess` has no problemOf().
std::vector<MelFilter> melFilters(const SoundPreprocess& preprocess);

} // namespace hone
