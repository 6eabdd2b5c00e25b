// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/random_operations.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

namespace hone
{
namespace
{

using Table = std::array<std::uint8_t, 256>;

std::uint8_t toByte(double value)
{
    return static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L));
}

// Each channel's values through a table that its histogram gives.
template<class MakeTable>
void throughTables(const PictureSize& size, std::span<std::uint8_t> pixels, MakeTable makeTable)
{
    const auto channels = static_cast<std::size_t>(size.channels);
    for (std::size_t c = 0; c < channels; ++c) {
        std::array<std::size_t, 256> histogram{};
        for (std::size_t i = c; i < pixels.size(); i += channels)
            ++histogram[pixels[i]];
        const Table table = makeTable(histogram);
        for (std::size_t i = c; i < pixels.size(); i += channels)
            pixels[i] = table[pixels[i]];
    }
}

template<class F>
void throughFunction(std::span<std::uint8_t> pixels, F f)
{
    Table table;
    for (int i = 0; i < 256; ++i)
        table[static_cast<std::size_t>(i)] = f(i);
    for (auto& pixel : pixels)
        pixel = table[pixel];
}

Table stretched(const std::array<std::size_t, 256>& histogram)
{
    int low = 0, high = 255;
    while (low < 255 && histogram[static_cast<std::size_t>(low)] == 0)
        ++low;
    while (high > 0 && histogram[static_cast<std::size_t>(high)] == 0)
        --high;
    Table table;
    for (int i = 0; i < 256; ++i)
        table[static_cast<std::size_t>(i)] = high > low ? toByte((i - low) * 255.0 / (high - low)) : static_cast<std::uint8_t>(i);
    return table;
}

// Value -> the share of pixels below it, of those that aren't all the brightest.
Table evened(const std::array<std::size_t, 256>& histogram)
{
    const auto brightest = std::find_if(histogram.rbegin(), histogram.rend(), [](auto n) { return n > 0; });
    const std::size_t rest = std::accumulate(histogram.begin(), histogram.end(), std::size_t{0}) - *brightest;
    const std::size_t step = rest / 255;
    Table table;
    std::size_t below = step / 2;
    for (std::size_t i = 0; i < 256; ++i) {
        table[i] = step == 0 ? static_cast<std::uint8_t>(i) : static_cast<std::uint8_t>(std::min<std::size_t>(255, below / step));
        below += histogram[i];
    }
    return table;
}

// ITU-R BT.601.
double greyAt(const PictureSize& size, std::span<const std::uint8_t> pixels, std::size_t pixel)
{
    const std::uint8_t* p = pixels.data() + pixel * static_cast<std::size_t>(size.channels);
    return size.channels == 1 ? p[0] : 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2];
}

void blendWithGrey(double factor, const PictureSize& size, std::span<std::uint8_t> pixels)
{
    const auto channels = static_cast<std::size_t>(size.channels);
    for (std::size_t i = 0; i < pixels.size() / channels; ++i) {
        const double grey = greyAt(size, pixels, i);
        for (std::size_t c = 0; c < channels; ++c)
            pixels[i * channels + c] = toByte(grey + factor * (pixels[i * channels + c] - grey));
    }
}

void blendWithMeanGrey(double factor, const PictureSize& size, std::span<std::uint8_t> pixels)
{
    const std::size_t count = pixels.size() / static_cast<std::size_t>(size.channels);
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i)
        sum += greyAt(size, pixels, i);
    const double mean = std::round(sum / static_cast<double>(std::max<std::size_t>(1, count)));
    throughFunction(pixels, [=](int value) { return toByte(mean + factor * (value - mean)); });
}

// The blur's middle weighs 5, its eight neighbours 1 each; the border stays.
void blendWithBlur(double factor, const PictureSize& size, std::span<std::uint8_t> pixels)
{
    const std::vector<std::uint8_t> before(pixels.begin(), pixels.end());
    const auto at = [&](int x, int y, int c) { return before[static_cast<std::size_t>((y * size.width + x) * size.channels + c)]; };
    for (int y = 1; y + 1 < size.height; ++y)
        for (int x = 1; x + 1 < size.width; ++x)
            for (int c = 0; c < size.channels; ++c) {
                int sum = 4 * at(x, y, c);
                for (int dy = -1; dy <= 1; ++dy)
                    for (int dx = -1; dx <= 1; ++dx)
                        sum += at(x + dx, y + dy, c);
                const double blurred = sum / 13.0;
                pixels[static_cast<std::size_t>((y * size.width + x) * size.channels + c)] =
                    toByte(blurred + factor * (at(x, y, c) - blurred));
            }
}

// Where a pixel of the result comes from, relative to the middle: x' = xx x + xy y + dx, y' = yx x + yy y + dy.
struct Affine
{
    double xx = 1, xy = 0, dx = 0;
    double yx = 0, yy = 1, dy = 0;
};

void moveBy(const Affine& from, const PictureSize& size, std::span<std::uint8_t> pixels)
{
    const std::vector<std::uint8_t> before(pixels.begin(), pixels.end());
    const double middleX = (size.width - 1) / 2.0, middleY = (size.height - 1) / 2.0;
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x) {
            const double u = x - middleX, v = y - middleY;
            const long sourceX = std::lround(from.xx * u + from.xy * v + from.dx + middleX);
            const long sourceY = std::lround(from.yx * u + from.yy * v + from.dy + middleY);
            const bool inside = sourceX >= 0 && sourceX < size.width && sourceY >= 0 && sourceY < size.height;
            for (int c = 0; c < size.channels; ++c)
                pixels[static_cast<std::size_t>((y * size.width + x) * size.channels + c)] =
                    inside ? before[static_cast<std::size_t>((sourceY * size.width + sourceX) * size.channels + c)] : std::uint8_t{0};
        }
}

Affine rotation(double degrees)
{
    const double angle = degrees * std::numbers::pi / 180;
    return {std::cos(angle), std::sin(angle), 0, -std::sin(angle), std::cos(angle), 0};
}

} // namespace

void apply(PictureOperation operation, double strength, const PictureSize& size, std::span<std::uint8_t> pixels)
{
    using enum PictureOperation;
    const double magnitude = std::abs(strength);
    const double blend = 1 + 0.09 * strength;
    switch (operation) {
    case Identity: return;
    case AutoContrast: return throughTables(size, pixels, stretched);
    case Equalize: return throughTables(size, pixels, evened);
    case Rotate: return moveBy(rotation(3 * strength), size, pixels);
    case Solarize:
        return throughFunction(pixels,
                               [=](int value) { return static_cast<std::uint8_t>(value < 255 - 25.5 * magnitude ? value : 255 - value); });
    case Posterize: {
        const int mask = 0xff & ~((1 << std::lround(0.4 * magnitude)) - 1);
        return throughFunction(pixels, [=](int value) { return static_cast<std::uint8_t>(value & mask); });
    }
    case Colour: return blendWithGrey(blend, size, pixels);
    case Contrast: return blendWithMeanGrey(blend, size, pixels);
    case Brightness: return throughFunction(pixels, [=](int value) { return toByte(blend * value); });
    case Sharpness: return blendWithBlur(blend, size, pixels);
    case ShearX: return moveBy({.xy = 0.03 * strength}, size, pixels);
    case ShearY: return moveBy({.yx = 0.03 * strength}, size, pixels);
    case TranslateX: return moveBy({.dx = std::round(0.045 * strength * size.width)}, size, pixels);
    case TranslateY: return moveBy({.dy = std::round(0.045 * strength * size.height)}, size, pixels);
    }
}

void applyRandomOperations(int count, double magnitude, const PictureSize& size, Random& random, std::span<std::uint8_t> pixels)
{
    for (int i = 0; i < count; ++i) {
        const auto operation = static_cast<PictureOperation>(random.below(pictureOperations));
        apply(operation, random.chance(0.5) ? magnitude : -magnitude, size, pixels);
    }
}

} // namespace hone
