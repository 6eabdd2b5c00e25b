// SPDX-License-Identifier: GPL-3.0-or-later
#include "preprocess/picture.h"

#include <algorithm>
#include <cmath>

namespace hone
{
namespace
{

constexpr int fractionBits = 22; // 8 bits of pixel and the sum of the weights still fit 32 bits

// Which source elements make one target element, and how much of each.
struct Tap
{
    int first = 0;
    int count = 0;
};

struct Taps
{
    std::vector<Tap> of;              // by target element
    std::vector<std::int32_t> weight; // stride numbers each
    int stride = 0;

    const std::int32_t* weights(int target) const { return weight.data() + std::size_t(target) * stride; }
};

Taps triangleTaps(int source, int target)
{
    const double scale = double(source) / target;
    const double width = std::max(scale, 1.0);
    Taps taps;
    taps.stride = int(std::ceil(width)) * 2 + 1;
    taps.of.resize(target);
    taps.weight.assign(std::size_t(target) * taps.stride, 0);
    std::vector<double> exact(taps.stride);
    for (int i = 0; i < target; ++i) {
        const double center = (i + 0.5) * scale;
        const int first = std::max(0, int(center - width + 0.5));
        const int count = std::min(source, int(center + width + 0.5)) - first;
        double sum = 0;
        for (int k = 0; k < count; ++k) {
            exact[k] = std::max(0.0, 1 - std::abs((first + k - center + 0.5) / width));
            sum += exact[k];
        }
        for (int k = 0; k < count; ++k)
            taps.weight[std::size_t(i) * taps.stride + k] = std::int32_t(exact[k] / sum * (1 << fractionBits) + 0.5);
        taps.of[i] = {first, count};
    }
    return taps;
}

std::uint8_t toPixel(std::int32_t sum)
{
    return std::uint8_t(std::clamp(sum >> fractionBits, 0, 255));
}

constexpr std::int32_t half = 1 << (fractionBits - 1);

template<int channels>
void resizeRow(const std::uint8_t* source, const Taps& taps, std::uint8_t* target)
{
    for (std::size_t i = 0; i < taps.of.size(); ++i) {
        const auto [first, count] = taps.of[i];
        const std::int32_t* weights = taps.weights(int(i));
        const std::uint8_t* pixel = source + std::size_t(first) * channels;
        std::int32_t sum[channels];
        std::fill_n(sum, channels, half);
        for (int k = 0; k < count; ++k, pixel += channels)
            for (int c = 0; c < channels; ++c)
                sum[c] += weights[k] * pixel[c];
        for (int c = 0; c < channels; ++c)
            *target++ = toPixel(sum[c]);
    }
}

Picture withWidth(const Picture& picture, int width)
{
    Picture result{width, picture.height, picture.channels, {}};
    result.pixels.resize(std::size_t(width) * picture.height * picture.channels);
    const Taps taps = triangleTaps(picture.width, width);
    const auto row = picture.channels == 1 ? resizeRow<1> : resizeRow<3>;
    for (int y = 0; y < picture.height; ++y)
        row(picture.pixels.data() + std::size_t(y) * picture.width * picture.channels, taps,
            result.pixels.data() + std::size_t(y) * width * picture.channels);
    return result;
}

Picture withHeight(const Picture& picture, int height)
{
    const std::size_t rowBytes = std::size_t(picture.width) * picture.channels;
    Picture result{picture.width, height, picture.channels, {}};
    result.pixels.resize(rowBytes * height);
    const Taps taps = triangleTaps(picture.height, height);
    std::vector<std::int32_t> sums(rowBytes);
    for (int y = 0; y < height; ++y) {
        std::fill(sums.begin(), sums.end(), half);
        const auto [first, count] = taps.of[y];
        for (int k = 0; k < count; ++k) {
            const std::int32_t weight = taps.weights(y)[k];
            const std::uint8_t* row = picture.pixels.data() + (first + k) * rowBytes;
            for (std::size_t x = 0; x < rowBytes; ++x)
                sums[x] += weight * row[x];
        }
        std::uint8_t* target = result.pixels.data() + y * rowBytes;
        for (std::size_t x = 0; x < rowBytes; ++x)
            target[x] = toPixel(sums[x]);
    }
    return result;
}

} // namespace

Picture resized(const Picture& picture, int width, int height)
{
    if (picture.width != width && picture.height != height)
        return withHeight(withWidth(picture, width), height);
    if (picture.width != width)
        return withWidth(picture, width);
    if (picture.height != height)
        return withHeight(picture, height);
    return picture;
}

} // namespace hone
