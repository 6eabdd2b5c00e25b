// SPDX-License-Identifier: GPL-3.0-or-later
#include "preprocess/picture.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace hone
{
namespace
{

constexpr int fractionBits = 22; // 8 bits of pixel and the sum of the weights still fit 32 bits

// Which source elements make one target element, and how much of each: as many for every one, so that loops over them are foreseen by
// the processor. Those that a narrower filter doesn't need have no weight.
struct Taps
{
    std::vector<int> first;           // by target element
    std::vector<std::int32_t> weight; // count numbers each
    int count = 0;

    const std::int32_t* weights(std::size_t target) const { return weight.data() + target * std::size_t(count); }
};

Taps triangleTaps(int source, int target)
{
    const double scale = double(source) / target;
    const double width = std::max(scale, 1.0);
    struct Reach
    {
        int first;
        int end;
    };
    const auto reachOf = [&](int i) {
        const double center = (i + 0.5) * scale;
        return Reach{std::max(0, int(center - width + 0.5)), std::min(source, int(center + width + 0.5))};
    };
    Taps taps;
    for (int i = 0; i < target; ++i)
        taps.count = std::max(taps.count, reachOf(i).end - reachOf(i).first);
    taps.weight.assign(std::size_t(target) * std::size_t(taps.count), 0);
    std::vector<double> exact(std::size_t(taps.count));
    for (int i = 0; i < target; ++i) {
        const double center = (i + 0.5) * scale;
        const auto [first, end] = reachOf(i);
        double sum = 0;
        for (int k = first; k < end; ++k)
            sum += exact[std::size_t(k - first)] = std::max(0.0, 1 - std::abs((k - center + 0.5) / width));
        taps.first.push_back(std::min(first, source - taps.count));
        auto* weights = taps.weight.data() + std::size_t(i) * std::size_t(taps.count) + (first - taps.first.back());
        for (int k = first; k < end; ++k)
            *weights++ = std::int32_t(exact[std::size_t(k - first)] / sum * (1 << fractionBits) + 0.5);
    }
    return taps;
}

std::uint8_t toPixel(std::int32_t sum)
{
    return std::uint8_t(std::clamp(sum >> fractionBits, 0, 255));
}

constexpr std::int32_t half = 1 << (fractionBits - 1);

// The loops below are compiled for several processors, and the best that the machine has is taken when the program starts.
// (Sanitizers don't get along with how that is done.)
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define HONE_FOR_EVERY_PROCESSOR __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define HONE_FOR_EVERY_PROCESSOR
#endif

HONE_FOR_EVERY_PROCESSOR
void resizeGrayRow(const std::uint8_t* source, const Taps& taps, std::uint8_t* target)
{
    for (std::size_t i = 0; i < taps.first.size(); ++i) {
        const std::int32_t* weights = taps.weights(i);
        std::int32_t sum = half;
        for (int k = 0; k < taps.count; ++k)
            sum += weights[k] * source[taps.first[i] + k];
        target[i] = toPixel(sum);
    }
}

// Four numbers at once are a vector, three are not: a byte beyond the end of `source` is read, one beyond that of `target` is written.
HONE_FOR_EVERY_PROCESSOR
void resizeColourRow(const std::uint8_t* source, const Taps& taps, std::uint8_t* target)
{
    constexpr std::size_t channels = 3;
    using Lanes = std::int32_t __attribute__((vector_size(16)));
    using Bytes = std::uint8_t __attribute__((vector_size(4)));
    using Word = std::uint32_t __attribute__((vector_size(16)));
    constexpr Lanes none = {0, 0, 0, 0}, all = {255, 255, 255, 255};
    constexpr Word shifts = {0, 8, 16, 24}, lowByte = {255, 255, 255, 255};
    const std::size_t width = taps.first.size();
    const int count = taps.count;
    for (std::size_t i = 0; i < width; ++i, target += channels) {
        const std::int32_t* weights = taps.weights(i);
        const std::uint8_t* pixel = source + std::size_t(taps.first[i]) * channels;
        Lanes sum = {half, half, half, half};
        for (int k = 0; k < count; ++k, pixel += channels) {
            // Four bytes apart by shifting: GCC converts so short a vector one by one.
            std::uint32_t bytes;
            std::memcpy(&bytes, pixel, sizeof bytes);
            sum += weights[k] * Lanes(((Word{} + bytes) >> shifts) & lowByte);
        }
        sum >>= fractionBits;
        sum = sum < none ? none : sum;
        sum = sum > all ? all : sum;
        const auto bytes = __builtin_convertvector(sum, Bytes);
        std::memcpy(target, &bytes, sizeof bytes);
    }
}

// One row out of `count` rows of `rowBytes` bytes each, `rows` the first of them.
HONE_FOR_EVERY_PROCESSOR
void blendRows(const std::uint8_t* rows, std::size_t rowBytes, const std::int32_t* weights, int count, std::uint8_t* target)
{
    constexpr std::size_t lanes = 32;
    std::size_t x = 0;
    for (; x + lanes <= rowBytes; x += lanes) {
        std::int32_t sum[lanes];
        for (auto& each : sum)
            each = half;
        const std::uint8_t* row = rows + x;
        for (int k = 0; k < count; ++k, row += rowBytes)
            for (std::size_t i = 0; i < lanes; ++i)
                sum[i] += weights[k] * row[i];
        for (std::size_t i = 0; i < lanes; ++i)
            target[x + i] = toPixel(sum[i]);
    }
    for (; x < rowBytes; ++x) {
        std::int32_t sum = half;
        for (int k = 0; k < count; ++k)
            sum += weights[k] * rows[std::size_t(k) * rowBytes + x];
        target[x] = toPixel(sum);
    }
}

Picture withWidth(const Picture& picture, int width)
{
    Picture result{width, picture.height, picture.channels, {}};
    const std::size_t rowBytes = std::size_t(picture.width) * picture.channels, targetBytes = std::size_t(width) * picture.channels;
    result.pixels.resize(targetBytes * picture.height + 1); // rows are written from the top: each covers what the one before wrote too much
    const Taps taps = triangleTaps(picture.width, width);
    const auto row = picture.channels == 1 ? resizeGrayRow : resizeColourRow;
    for (int y = 0; y + 1 < picture.height; ++y)
        row(picture.pixels.data() + y * rowBytes, taps, result.pixels.data() + y * targetBytes);
    std::vector<std::uint8_t> padded(picture.pixels.end() - std::ptrdiff_t(rowBytes), picture.pixels.end());
    padded.push_back(0);
    row(padded.data(), taps, result.pixels.data() + (picture.height - 1) * targetBytes);
    result.pixels.pop_back();
    return result;
}

Picture withHeight(const Picture& picture, int height)
{
    const std::size_t rowBytes = std::size_t(picture.width) * picture.channels;
    Picture result{picture.width, height, picture.channels, {}};
    result.pixels.resize(rowBytes * height);
    const Taps taps = triangleTaps(picture.height, height);
    for (std::size_t y = 0; y < std::size_t(height); ++y)
        blendRows(picture.pixels.data() + std::size_t(taps.first[y]) * rowBytes, rowBytes, taps.weights(y), taps.count,
                  result.pixels.data() + y * rowBytes);
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
