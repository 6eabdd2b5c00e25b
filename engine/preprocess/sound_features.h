// SPDX-License-Identifier: GPL-3.0-or-later
// Log-mel bands and mel-frequency cepstral coefficients (MFCC) of a wave, as two widely used front ends define them. X[k] is the
// discrete Fourier transform of one frame under a periodic Hann window of N samples, w[n] = 0.5 - 0.5 cos(2 pi n / N).
//
// Torchaudio, as torchaudio.transforms.MelSpectrogram and MFCC compute them with their defaults (power 2, no norm, HTK mel scale):
//   frames    centred at multiples of the stride, the wave reflected at its ends; 1 + samples / stride of them. The window stands in
//             the middle of the fft where that is longer.
//   mel       2595 log10(1 + f / 700); triangles whose corners are even on the mel scale and whose sides are straight in hertz.
//   LogMel    the log (LogScale) of sum over k of triangle[b](k) |X[k]|^2
//   MFCC      the orthonormal DCT-II of that
//
// TfliteMicro, MFCC: as TensorFlow's tf.signal (and with it MLPerf Tiny's keyword spotting, peak scaling left out) computes them:
//   frames    begin at multiples of the stride and lie within the wave; 1 + (samples - window) / stride of them.
//   mel       1127 ln(1 + f / 700); triangles with sides straight in mel; frequency 0 belongs to none.
//   MFCC      sqrt(2 / bands) sum over b of log(sum over k of triangle[b](k) |X[k]| + 1e-6) cos(pi / bands (b + 1/2) i)
//
// TfliteMicro, LogMel: the "micro frontend" of TensorFlow Lite for Microcontrollers as its speech examples set it up, in real numbers
// instead of its fixed point ones. The wave counts from -32768 to 32767, frames are as for its MFCC, and the window is
// 0.5 - 0.5 cos(2 pi (n + 1/2) / N).
//   bands     s[b] = sqrt(sum over k of triangle[b](k) |X[k]|^2), triangles as in MFCC
//   noise     e[b] <- a s[b] + (1 - a) e[b] from frame to frame, e = 0 at first, a = 0.025 for even b and 0.06 for odd;
//             r[b] = max(s[b] - min(e[b], s[b]), 0.05 s[b])
//   gain      q[b] = r[b] (e[b] + 80)^-0.95;  p[b] = q^2 / 4 where q < 2, else q - 1      (per-channel energy normalization)
//   log       64 ln(512 p[b]), 0 where 512 p[b] <= 1
// Its integer steps (a 16-bit FFT, 12-bit weights, a table for the gain, truncation everywhere) are not imitated: values differ by
// some units of its scale of 0 to about 670 where a band is loud, and by more where it is so quiet that its integers run out.
#pragma once

#include "preprocess/sound.h"

#include <memory>
#include <span>
#include <vector>

namespace hone
{

struct FrameLayout // in samples
{
    int window = 0;
    int stride = 0;
    int fft = 0;
};
FrameLayout frameLayoutOf(const SoundPreprocess& preprocess);

// Thread-safe.
class SoundFeatureExtractor
{
public:
    // `preprocess` has no problemOf() and its features are not Waveform.
    explicit SoundFeatureExtractor(const SoundPreprocess& preprocess);
    ~SoundFeatureExtractor();

    // A wave of samplesOf(preprocess) -> [frames, bands or coefficients].
    std::vector<float> operator()(std::span<const float> wave) const;

private:
    struct Plan;
    std::unique_ptr<const Plan> m_plan;
};

} // namespace hone
