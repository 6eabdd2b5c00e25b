// SPDX-License-Identifier: GPL-3.0-or-later
// Decoded picture -> model input, the same code on the laptop and in the device's runner.
#pragma once

#include "preprocess/sample.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
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
struct PicturePreprocess
{
    int width = 0; // of the model's input; 0: as the model wants it
    int height = 0;
    std::array<double, 2> range = {0, 1};
    std::vector<double> mean = {0, 0, 0}; // one a channel, in the order of the model's input
    std::vector<double> std = {1, 1, 1};
    ChannelOrder channels = ChannelOrder::Rgb;
    Layout layout = Layout::Nchw;
    Fit fit = Fit::Stretch;

    int channelCount() const { return channels == ChannelOrder::Gray ? 1 : 3; }
    std::size_t elementCount() const { return static_cast<std::size_t>(width) * height * channelCount(); }
    bool operator==(const PicturePreprocess&) const = default;
};

// Antialiased bilinear resampling: a triangle filter as wide as the reduction, rows first, rounded to 8 bits after each
// pass with weights of 22 fractional bits, so that the pixels are those of Pillow's resize(..., BILINEAR), which
// torchvision's Resize calls for pictures.
Picture resized(const Picture& picture, int width, int height);

// Gray by ITU-R BT.601's luma (0.299, 0.587, 0.114), as in Pillow's convert("L"); colour from gray by repeating it.
Picture withChannels(const Picture& picture, int channels);

// The picture at the model's width, height and channel count (RGB order still): all that can be kept between epochs.
// Fit::CenterCrop: sides and offsets are rounded as in torchvision's Resize and CenterCrop.
Picture fitted(const PicturePreprocess& preprocess, const Picture& picture);

// Fitted pixels -> numbers in the model's order, by a table of the 256 values of each channel.
class Normalizer
{
public:
    explicit Normalizer(const PicturePreprocess& preprocess);
    // `pixels` as fitted() gives them, `out` with as many elements.
    void operator()(std::span<const std::uint8_t> pixels, std::span<float> out) const;

private:
    int m_channels;
    Layout m_layout;
    std::array<std::array<float, 256>, 3> m_table; // by the picture's channel
    std::array<int, 3> m_place;                    // of the picture's channel in the model's input
};

// Fits, orders channels and normalizes into `out`, which holds elementCount() floats: [C, H, W] or [H, W, C].
void apply(const PicturePreprocess& preprocess, const Picture& picture, std::span<float> out);

} // namespace hone
