// SPDX-License-Identifier: GPL-3.0-or-later
// Changes a wave's rate by band-limited interpolation (Smith, "Digital Audio Resampling Home Page", CCRMA):
//
//     y[j] = sum over i of x[i] h(i / from - j / to),
//     h(t) = c sinc(c from t) cos^2(pi c from t / 12) where |c from t| < 6, else 0;   c = 0.99 min(1, to / from)
//
// with rates first divided by their greatest common divisor: a windowed sinc of six zero crossings on each side, cut off at 0.99
// of the lower Nyquist frequency. Waves are silent beyond their ends. These are the defaults of torchaudio.functional.resample.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace hone
{

// ceil(samples * to / from) samples; a copy where the rates are the same. Rates are above 0.
std::vector<float> resampled(std::span<const float> wave, int from, int to);

// How many samples at `from` decide the first `count` at `to`.
std::size_t sourceLength(std::size_t count, int from, int to);

} // namespace hone
