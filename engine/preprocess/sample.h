// SPDX-License-Identifier: GPL-3.0-or-later
// One sample as a device hands it over or a file holds it, before any preprocessing.
#pragma once

#include "core/tensor.h"

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

namespace hone
{

enum class SampleKind
{
    Picture,
    Sound,
    Window, // of a sensor's recording
    Tensor
};

std::string_view name(SampleKind kind); // "picture", "sound", "window", "tensor"

// Interleaved 8-bit pixels, rows from the top, 1 (gray) or 3 (RGB) channels.
struct Picture
{
    int width = 0;
    int height = 0;
    int channels = 0;
    std::vector<std::uint8_t> pixels;
};

// One channel, -1 to 1.
struct Sound
{
    int rate = 0; // Hz
    std::vector<float> samples;
};

// float32 [rows, channels]: rows follow each other in time.
struct SensorWindow
{
    Tensor values;
};

// A Tensor is float32 of any shape.
using RawSample = std::variant<Picture, Sound, SensorWindow, Tensor>;

inline SampleKind kindOf(const RawSample& sample)
{
    return SampleKind(sample.index());
}

} // namespace hone
