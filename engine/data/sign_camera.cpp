// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/sign_camera.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace hone
{
namespace
{

double drawn(const CameraTraits::Range& range, Random& random)
{
    return random.uniform(range.low, range.high);
}

Colour sum(const Colour& a, const Colour& b)
{
    return {a.red + b.red, a.green + b.green, a.blue + b.blue};
}

// Each pixel the weighted sum of those at the offsets; beyond the edge, the edge's pixel.
struct Offset
{
    int x = 0, y = 0;
    float weight = 0;
};

SceneImage filtered(const SceneImage& image, const std::vector<Offset>& offsets)
{
    SceneImage result(image.side);
    const auto inside = [&](int position) { return std::clamp(position, 0, image.side - 1); };
    for (const auto& offset : offsets) {
        for (int y = 0; y < image.side; ++y) {
            const Colour* row = &image.at(0, inside(y + offset.y));
            Colour* target = &result.at(0, y);
            for (int x = 0; x < image.side; ++x)
                target[x] = sum(target[x], row[inside(x + offset.x)].scaled(offset.weight));
        }
    }
    return result;
}

SceneImage defocused(const SceneImage& image, double deviation)
{
    if (deviation < 0.3)
        return image;
    const int reach = int(std::ceil(2.5 * deviation));
    std::vector<Offset> across, down;
    double total = 0;
    for (int i = -reach; i <= reach; ++i)
        total += std::exp(-i * i / (2 * deviation * deviation));
    for (int i = -reach; i <= reach; ++i) {
        const auto weight = float(std::exp(-i * i / (2 * deviation * deviation)) / total);
        across.push_back({i, 0, weight});
        down.push_back({0, i, weight});
    }
    return filtered(filtered(image, across), down);
}

SceneImage smeared(const SceneImage& image, double length, double angle)
{
    const int steps = std::max(1, int(std::lround(length)));
    std::vector<Offset> offsets;
    for (int i = 0; i < steps; ++i) {
        const double along = i - (steps - 1) / 2.0;
        offsets.push_back({int(std::lround(along * std::cos(angle))), int(std::lround(along * std::sin(angle))), 1.0f / float(steps)});
    }
    return filtered(image, offsets);
}

SceneImage reduced(const SceneImage& image, int side)
{
    SceneImage result(side);
    const int factor = image.side / side;
    for (int y = 0; y < image.side; ++y)
        for (int x = 0; x < image.side; ++x)
            result.at(x / factor, y / factor) =
                sum(result.at(x / factor, y / factor), image.at(x, y).scaled(1.0f / float(factor * factor)));
    return result;
}

void expose(SceneImage& image, const CameraTraits& camera, Random& random)
{
    const double exposure = drawn(camera.exposure, random), gamma = drawn(camera.gamma, random);
    const double red = drawn(camera.redGain, random), blue = drawn(camera.blueGain, random);
    const double vignette = drawn(camera.vignette, random);
    const auto respond = [gamma](double light) { return float(std::pow(std::max(0.0, light), gamma)); };
    for (int y = 0; y < image.side; ++y) {
        for (int x = 0; x < image.side; ++x) {
            const double dx = (x + 0.5) / image.side * 2 - 1, dy = (y + 0.5) / image.side * 2 - 1;
            const double gain = exposure * (1 - vignette * (dx * dx + dy * dy) / 2);
            auto& pixel = image.at(x, y);
            pixel = {respond(pixel.red * gain * red), respond(pixel.green * gain), respond(pixel.blue * gain * blue)};
        }
    }
}

void addNoise(SceneImage& image, const CameraTraits& camera, Random& random)
{
    const double deviation = drawn(camera.noise, random), own = camera.chromaNoise * deviation;
    for (auto& pixel : image.pixels) {
        const double shared = random.normal() * deviation;
        pixel = sum(pixel,
                    {float(shared + random.normal() * own), float(shared + random.normal() * own), float(shared + random.normal() * own)});
    }
}

// Blocks of 8x8 in luma and colour difference lose the fine steps of their cosine transform, as in JPEG (ITU-T T.81, A.3.3);
// the step grows with the frequency.
class BlockCompression
{
public:
    explicit BlockCompression(double step) : m_step(step)
    {
        for (int k = 0; k < 8; ++k)
            for (int n = 0; n < 8; ++n)
                m_basis[k][n] = std::cos((2 * n + 1) * k * std::numbers::pi / 16) * (k == 0 ? std::sqrt(0.125) : 0.5);
    }

    void operator()(SceneImage& image) const
    {
        for (int top = 0; top + 8 <= image.side; top += 8)
            for (int left = 0; left + 8 <= image.side; left += 8)
                compress(image, left, top);
    }

private:
    using Block = std::array<std::array<double, 8>, 8>;

    void compress(SceneImage& image, int left, int top) const
    {
        Block luma, blueness, redness;
        for (int y = 0; y < 8; ++y) {
            for (int x = 0; x < 8; ++x) {
                const auto& pixel = image.at(left + x, top + y);
                luma[y][x] = 0.299 * pixel.red + 0.587 * pixel.green + 0.114 * pixel.blue;
                blueness[y][x] = (pixel.blue - luma[y][x]) * 0.564;
                redness[y][x] = (pixel.red - luma[y][x]) * 0.713;
            }
        }
        constexpr double coarserColour = 2;
        roundFrequencies(luma, m_step);
        roundFrequencies(blueness, m_step * coarserColour);
        roundFrequencies(redness, m_step * coarserColour);
        for (int y = 0; y < 8; ++y)
            for (int x = 0; x < 8; ++x)
                image.at(left + x, top + y) = {float(luma[y][x] + redness[y][x] / 0.713),
                                               float(luma[y][x] - 0.344 * blueness[y][x] - 0.714 * redness[y][x]),
                                               float(luma[y][x] + blueness[y][x] / 0.564)};
    }

    void roundFrequencies(Block& block, double step) const
    {
        Block frequencies = transformed(block, [this](int k, int n) { return m_basis[k][n]; });
        for (int v = 0; v < 8; ++v) {
            for (int u = 0; u < 8; ++u) {
                const double size = step * (1 + 0.35 * (u + v));
                frequencies[v][u] = std::round(frequencies[v][u] / size) * size;
            }
        }
        block = transformed(frequencies, [this](int n, int k) { return m_basis[k][n]; });
    }

    // matrix * block * matrix transposed
    template<class Matrix>
    static Block transformed(const Block& block, Matrix matrix)
    {
        Block rows{}, result{};
        for (int i = 0; i < 8; ++i)
            for (int j = 0; j < 8; ++j)
                for (int k = 0; k < 8; ++k)
                    rows[i][j] += matrix(i, k) * block[k][j];
        for (int i = 0; i < 8; ++i)
            for (int j = 0; j < 8; ++j)
                for (int k = 0; k < 8; ++k)
                    result[i][j] += rows[i][k] * matrix(j, k);
        return result;
    }

    double m_step;
    double m_basis[8][8];
};

Picture digitized(const SceneImage& image)
{
    Picture picture{image.side, image.side, 3, {}};
    picture.pixels.reserve(image.pixels.size() * 3);
    const auto digit = [](float value) { return std::uint8_t(std::lround(std::clamp(value, 0.0f, 1.0f) * 255)); };
    for (const auto& pixel : image.pixels)
        picture.pixels.insert(picture.pixels.end(), {digit(pixel.red), digit(pixel.green), digit(pixel.blue)});
    return picture;
}

} // namespace

CameraTraits cameraTraits(SampleCondition condition)
{
    if (condition == SampleCondition::Clean)
        return {.defocus = {0.2, 0.5},
                .motion = {0, 0},
                .motionChance = 0,
                .exposure = {0.8, 1.15},
                .gamma = {0.9, 1.1},
                .redGain = {0.95, 1.05},
                .blueGain = {0.95, 1.05},
                .noise = {0.005, 0.02},
                .chromaNoise = 0.3,
                .vignette = {0, 0.1},
                .quantization = {0, 0}};
    return {.defocus = {0.4, 0.8},
            .motion = {1, 3},
            .motionChance = 0.25,
            .exposure = {0.6, 1.05},
            .gamma = {0.85, 1.15},
            .redGain = {0.75, 0.98},
            .blueGain = {1.0, 1.25},
            .noise = {0.01, 0.03},
            .chromaNoise = 0.6,
            .vignette = {0.1, 0.45},
            .quantization = {0.02, 0.05}};
}

Picture photograph(const SceneImage& scene, int side, const CameraTraits& camera, Random& random)
{
    const double scale = double(scene.side) / side;
    SceneImage image = defocused(scene, drawn(camera.defocus, random) * scale);
    if (random.chance(camera.motionChance)) {
        const double length = drawn(camera.motion, random) * scale;
        image = smeared(image, length, random.uniform(0, std::numbers::pi));
    }
    image = reduced(image, side);
    expose(image, camera, random);
    addNoise(image, camera, random);
    if (const double step = drawn(camera.quantization, random); step > 0)
        BlockCompression{step}(image);
    return digitized(image);
}

} // namespace hone
