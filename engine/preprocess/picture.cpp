// SPDX-License-Identifier: GPL-3.0-or-later
#include "preprocess/picture.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace hone
{
namespace
{

Picture cropped(const Picture& picture, int left, int top, int width, int height)
{
    Picture result{width, height, picture.channels, {}};
    const std::size_t rowBytes = std::size_t(width) * picture.channels;
    result.pixels.resize(rowBytes * height);
    for (int y = 0; y < height; ++y) {
        const auto* row = picture.pixels.data() + (std::size_t(top + y) * picture.width + left) * picture.channels;
        std::copy_n(row, rowBytes, result.pixels.data() + y * rowBytes);
    }
    return result;
}

Picture centerCropped(const Picture& picture, int width, int height)
{
    // The side that would come out too short decides; the other keeps the ratio, rounded down.
    const auto sourceWidth = std::int64_t(picture.width), sourceHeight = std::int64_t(picture.height);
    const bool widthDecides = sourceWidth * height <= sourceHeight * width;
    const int fullWidth = widthDecides ? width : int(sourceWidth * height / sourceHeight);
    const int fullHeight = widthDecides ? int(sourceHeight * width / sourceWidth) : height;
    const auto middle = [](int full, int part) { return int(std::nearbyint((full - part) / 2.0)); };
    return cropped(resized(picture, fullWidth, fullHeight), middle(fullWidth, width), middle(fullHeight, height), width, height);
}

} // namespace

Picture withChannels(const Picture& picture, int channels)
{
    if (picture.channels == channels)
        return picture;
    Picture result{picture.width, picture.height, channels, {}};
    const std::size_t count = std::size_t(picture.width) * picture.height;
    result.pixels.resize(count * channels);
    for (std::size_t i = 0; i < count; ++i) {
        if (channels == 3) {
            std::fill_n(result.pixels.data() + 3 * i, 3, picture.pixels[i]);
        } else {
            const std::uint8_t* rgb = picture.pixels.data() + 3 * i;
            result.pixels[i] = std::uint8_t((rgb[0] * 19595u + rgb[1] * 38470u + rgb[2] * 7471u + 0x8000u) >> 16);
        }
    }
    return result;
}

Picture fitted(const PicturePreprocess& preprocess, const Picture& picture)
{
    // To gray before resizing (Pillow's order, and a third of the work), to colour after it.
    const bool grayFirst = preprocess.channelCount() < picture.channels;
    const Picture& source = grayFirst ? withChannels(picture, 1) : picture;
    Picture result = preprocess.fit == Fit::CenterCrop ? centerCropped(source, preprocess.width, preprocess.height)
                                                       : resized(source, preprocess.width, preprocess.height);
    return result.channels == preprocess.channelCount() ? result : withChannels(result, preprocess.channelCount());
}

Normalizer::Normalizer(const PicturePreprocess& preprocess)
    : m_channels(preprocess.channelCount()),
      m_layout(preprocess.layout),
      m_table{},
      m_place{0, 1, 2}
{
    if (preprocess.channels == ChannelOrder::Bgr)
        std::swap(m_place[0], m_place[2]);
    for (int c = 0; c < m_channels; ++c) {
        const double mean = preprocess.mean.at(m_place[c]), std = preprocess.std.at(m_place[c]);
        for (int value = 0; value < 256; ++value) {
            const double ranged = preprocess.range[0] + value / 255.0 * (preprocess.range[1] - preprocess.range[0]);
            m_table[c][value] = float((ranged - mean) / std);
        }
    }
}

void Normalizer::operator()(std::span<const std::uint8_t> pixels, std::span<float> out) const
{
    const std::size_t count = pixels.size() / m_channels;
    for (int c = 0; c < m_channels; ++c) {
        const auto& table = m_table[c];
        const bool planar = m_layout == Layout::Nchw;
        float* target = out.data() + (planar ? m_place[c] * count : m_place[c]);
        const std::size_t step = planar ? 1 : m_channels;
        const std::uint8_t* source = pixels.data() + c;
        for (std::size_t i = 0; i < count; ++i)
            target[i * step] = table[source[i * m_channels]];
    }
}

void apply(const PicturePreprocess& preprocess, const Picture& picture, std::span<float> out)
{
    Normalizer{preprocess}(fitted(preprocess, picture).pixels, out);
}

} // namespace hone
