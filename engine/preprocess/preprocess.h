// SPDX-License-Identifier: GPL-3.0-or-later
// Decoded picture -> model input, the same code on the laptop and in the device's runner.
#pragma once

#include "core/json.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace hone
{

enum class ChannelOrder
{
    Rgb,
    Bgr,
    Gray
};

enum class Layout
{
    Nchw,
    Nhwc
};

// How a picture of another aspect ratio is brought to size.
enum class Fit
{
    Stretch,   // to size, whatever the ratio
    CenterCrop // the shorter side to size, the middle cut out
};

// value = (range[0] + pixel / 255 * (range[1] - range[0]) - mean[c]) / std[c]
struct Preprocess
{
    int width = 0; // of the model's input
    int height = 0;
    std::array<double, 2> range = {0, 1};
    std::vector<double> mean = {0, 0, 0}; // one a channel
    std::vector<double> std = {1, 1, 1};
    ChannelOrder channels = ChannelOrder::Rgb;
    Layout layout = Layout::Nchw;
    Fit fit = Fit::Stretch;

    int channelCount() const { return channels == ChannelOrder::Gray ? 1 : 3; }
    std::size_t elementCount() const { return static_cast<std::size_t>(width) * height * channelCount(); }
    bool operator==(const Preprocess&) const = default;
};

// Keys as in dataset.yaml: size [height, width], range, mean, std, channels, layout, fit.
Json toJson(const Preprocess& preprocess);
// Throws Error(DataConfigInvalid) with `source` as its path.
Preprocess preprocessFromJson(const Json& json, const std::string& source);

// Interleaved 8-bit pixels, rows from the top, 1 (gray) or 3 (RGB) channels.
struct Picture
{
    int width = 0;
    int height = 0;
    int channels = 0;
    std::vector<std::uint8_t> pixels;
};

// Antialiased bilinear resampling (a triangle filter as wide as the reduction, as in Pillow's and torchvision's).
Picture resized(const Picture& picture, int width, int height);

// Fits, orders channels and normalizes into `out`, which holds elementCount() floats: [C, H, W] or [H, W, C].
void apply(const Preprocess& preprocess, const Picture& picture, std::span<float> out);

} // namespace hone
