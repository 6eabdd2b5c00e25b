// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/sign_scene.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace hone
{
namespace
{

float between(Random& random, double low, double high)
{
    return float(random.uniform(low, high));
}

Colour natural(Random& random)
{
    constexpr std::array<Colour, 7> palette = {{{0.55f, 0.70f, 0.88f},   // sky
                                                {0.72f, 0.74f, 0.77f},   // cloud, concrete
                                                {0.20f, 0.34f, 0.14f},   // leaves
                                                {0.36f, 0.42f, 0.20f},   // grass
                                                {0.34f, 0.33f, 0.34f},   // asphalt
                                                {0.58f, 0.44f, 0.33f},   // brick
                                                {0.16f, 0.15f, 0.16f}}}; // shadow
    const auto& base = palette[random.below(palette.size())];
    return {base.red + between(random, -0.08, 0.08), base.green + between(random, -0.08, 0.08), base.blue + between(random, -0.08, 0.08)};
}

// Shop signs, cars, coats: so that a sign's colours alone don't give it away.
Colour anyColour(Random& random)
{
    return {between(random, 0, 1), between(random, 0, 1), between(random, 0, 1)};
}

Point placeIn(const SceneImage& image, int x, int y)
{
    return {(x + 0.5) / image.side * 2 - 1, (y + 0.5) / image.side * 2 - 1};
}

template<class Contains>
void paint(SceneImage& image, const Box& bounds, Contains contains, const Colour& colour, float opacity = 1)
{
    const auto pixelAt = [&](double place) { return std::clamp(int((place + 1) / 2 * image.side), 0, image.side - 1); };
    for (int y = pixelAt(bounds.top); y <= pixelAt(bounds.bottom); ++y)
        for (int x = pixelAt(bounds.left); x <= pixelAt(bounds.right); ++x)
            if (contains(placeIn(image, x, y)))
                image.at(x, y) = image.at(x, y).mixedWith(colour, opacity);
}

constexpr Box everywhere{-1, -1, 1, 1};

Box around(Point center, double reach)
{
    return {center.x - reach, center.y - reach, center.x + reach, center.y + reach};
}

void paintBlob(SceneImage& image, Random& random, const Colour& colour)
{
    const Point center{random.uniform(-1.1, 1.1), random.uniform(-1.1, 1.1)};
    const double width = random.uniform(0.06, 0.5), height = random.uniform(0.06, 0.5);
    const double angle = random.uniform(0, std::numbers::pi), cosine = std::cos(angle), sine = std::sin(angle);
    const auto kind = random.below(3);
    paint(
        image, around(center, std::hypot(width, height)),
        [&](Point p) {
            const double dx = p.x - center.x, dy = p.y - center.y;
            const double u = std::abs(dx * cosine + dy * sine) / width, v = (dy * cosine - dx * sine) / height;
            if (kind == 0)
                return u * u + v * v < 1;
            if (kind == 1)
                return u < 1 && std::abs(v) < 1;
            return v > -1 && v < 1 && u < (1 - v) / 2;
        },
        colour);
}

void paintStreet(SceneImage& image, Random& random)
{
    const Colour top = natural(random), middle = natural(random), bottom = natural(random);
    const double horizon = random.uniform(-0.4, 0.8);
    for (int y = 0; y < image.side; ++y) {
        const double height = placeIn(image, 0, y).y;
        const float share = float(std::clamp((height + 1) / (horizon + 1), 0.0, 1.0));
        for (int x = 0; x < image.side; ++x)
            image.at(x, y) = height < horizon ? top.mixedWith(middle, share) : bottom;
    }
    for (auto blobs = 5 + random.below(12); blobs > 0; --blobs)
        paintBlob(image, random, random.chance(0.2) ? anyColour(random) : natural(random));
    if (random.chance(0.4)) { // a far-off building's rows of windows, a fence
        const double period = random.uniform(0.12, 0.3), slope = random.uniform(-0.3, 0.3), edge = random.uniform(-0.5, 1);
        const Colour colour = natural(random);
        paint(
            image, everywhere, [&](Point p) { return p.x < edge && std::fmod(p.y + slope * p.x + 8, period) < period * 0.4; }, colour,
            0.6f);
    }
}

void paintPost(SceneImage& image, Point center, Random& random)
{
    const double half = random.uniform(0.025, 0.05), lean = random.uniform(-0.05, 0.05);
    const Colour metal = Colour{0.5f, 0.5f, 0.52f}.scaled(between(random, 0.5, 1.3));
    paint(
        image, {-1, center.y, 1, 1}, [&](Point p) { return p.y > center.y && std::abs(p.x - center.x - lean * (p.y - center.y)) < half; },
        metal);
}

// Plane of the picture -> plane of the sign: the sign turned in space and seen by a pinhole camera.
class Pose
{
public:
    Pose(Point center, double radius, Random& random) : m_center(center)
    {
        const double degree = std::numbers::pi / 180;
        const double roll = std::clamp(random.normal() * 7, -18.0, 18.0) * degree;
        const double yaw = random.uniform(-42, 42) * degree, pitch = random.uniform(-22, 22) * degree;
        const double cr = std::cos(roll), sr = std::sin(roll), cy = std::cos(yaw), sy = std::sin(yaw);
        const double cp = std::cos(pitch), sp = std::sin(pitch);
        // Columns of R = pitch * yaw * roll that a point of the plane z = 0 meets.
        const std::array<double, 3> u = {cy * cr, cp * sr + sp * sy * cr, sp * sr - cp * sy * cr};
        const std::array<double, 3> v = {-cy * sr, cp * cr - sp * sy * sr, sp * cr + cp * sy * sr};
        constexpr double distance = 3.2; // in sign radii: as near as that, perspective shows
        const double f = radius * distance;
        // picture = H * (u, v, 1); its inverse by cofactors.
        const std::array<double, 9> h = {f * u[0], f * v[0], 0, f * u[1], f * v[1], 0, u[2], v[2], distance};
        m_inverse = {h[4] * h[8],
                     -h[1] * h[8],
                     0,
                     -h[3] * h[8],
                     h[0] * h[8],
                     0,
                     h[3] * h[7] - h[4] * h[6],
                     h[1] * h[6] - h[0] * h[7],
                     h[0] * h[4] - h[1] * h[3]};
    }

    Point onSign(Point p) const
    {
        const double x = p.x - m_center.x, y = p.y - m_center.y;
        const double w = m_inverse[6] * x + m_inverse[7] * y + m_inverse[8];
        return {(m_inverse[0] * x + m_inverse[1] * y) / w, (m_inverse[3] * x + m_inverse[4] * y) / w};
    }

private:
    Point m_center;
    std::array<double, 9> m_inverse{};
};

// Light on the sign itself: weathering, a gradient, a shadow's edge, a reflection of the sky.
class SignLight
{
public:
    explicit SignLight(Random& random)
        : m_fading(between(random, 0, 0.35)),
          m_brightness(between(random, 0.6, 1.1)),
          m_gradient(between(random, -0.2, 0.2)),
          m_hasShadow(random.chance(0.35)),
          m_shadowSide(direction(random.uniform(0, 2 * std::numbers::pi))),
          m_shadowEdge(random.uniform(-0.4, 0.6)),
          m_shadowDepth(between(random, 0.4, 0.75)),
          m_hasGlare(random.chance(0.15)),
          m_glare{random.uniform(-0.7, 0.7), random.uniform(-0.7, 0.7)}
    {}

    Colour on(const Colour& face, Point p) const
    {
        float brightness = m_brightness * (1 + m_gradient * float(p.x + p.y));
        if (m_hasShadow && p.x * m_shadowSide.x + p.y * m_shadowSide.y > m_shadowEdge)
            brightness *= m_shadowDepth;
        Colour lit = face.mixedWith({0.6f, 0.6f, 0.58f}, m_fading).scaled(brightness);
        if (m_hasGlare) {
            const double distance = std::hypot(p.x - m_glare.x, p.y - m_glare.y);
            lit = lit.mixedWith({1, 1, 1}, float(0.7 * std::exp(-distance * distance * 6)));
        }
        return lit;
    }

private:
    static Point direction(double angle) { return {std::cos(angle), std::sin(angle)}; }

    float m_fading, m_brightness, m_gradient;
    bool m_hasShadow;
    Point m_shadowSide;
    double m_shadowEdge;
    float m_shadowDepth;
    bool m_hasGlare;
    Point m_glare;
};

void paintSign(SceneImage& image, const SignCanvas& face, const Pose& pose, const SignLight& light)
{
    constexpr int grid = 2; // points a side in each pixel
    for (int y = 0; y < image.side; ++y) {
        for (int x = 0; x < image.side; ++x) {
            Colour sum;
            float coverage = 0;
            for (int i = 0; i < grid * grid; ++i) {
                const Point p =
                    pose.onSign({(x + (i % grid + 0.5) / grid) / image.side * 2 - 1, (y + (i / grid + 0.5) / grid) / image.side * 2 - 1});
                const auto& pixel = face.at(p);
                if (pixel.coverage <= 0)
                    continue;
                const Colour lit = light.on(pixel.colour, p).scaled(pixel.coverage);
                sum = {sum.red + lit.red, sum.green + lit.green, sum.blue + lit.blue};
                coverage += pixel.coverage;
            }
            if (coverage > 0)
                image.at(x, y) = image.at(x, y).mixedWith(sum.scaled(1 / coverage), coverage / (grid * grid));
        }
    }
}

// A twig, a lorry's edge, a sticker.
void paintObstacle(SceneImage& image, Point center, double radius, Random& random)
{
    const auto kind = random.below(3);
    const double angle = random.uniform(0, 2 * std::numbers::pi), cosine = std::cos(angle), sine = std::sin(angle);
    const double depth = random.uniform(0.25, 0.8) * radius; // how far from the sign's middle it begins
    const auto along = [&](Point p) { return (p.x - center.x) * cosine + (p.y - center.y) * sine; };
    const auto across = [&](Point p) { return (p.y - center.y) * cosine - (p.x - center.x) * sine; };
    const Colour colour = random.chance(0.7) ? natural(random) : anyColour(random);
    if (kind == 0)
        return paint(
            image, everywhere, [&](Point p) { return along(p) > depth; }, colour);
    if (kind == 1) {
        const double half = random.uniform(0.04, 0.12) * radius;
        return paint(
            image, everywhere, [&](Point p) { return std::abs(across(p) - depth * 0.5) < half; }, colour);
    }
    for (int leaf = 0; leaf < 6; ++leaf) {
        const Point at{center.x + cosine * depth + random.normal() * 0.25 * radius,
                       center.y + sine * depth + random.normal() * 0.25 * radius};
        const double size = random.uniform(0.1, 0.26) * radius;
        paint(
            image, around(at, size), [&](Point p) { return std::hypot(p.x - at.x, p.y - at.y) < size; },
            colour.scaled(between(random, 0.7, 1.3)));
    }
}

} // namespace

SceneImage drawScene(const SignCanvas& face, int side, Random& random)
{
    SceneImage image(side);
    paintStreet(image, random);
    const double radius = random.uniform(0.5, 0.86); // of half the picture's side
    const Point center{random.uniform(-0.2, 0.2), random.uniform(-0.2, 0.2)};
    paintPost(image, center, random);
    const Pose pose(center, radius, random);
    const SignLight light(random);
    paintSign(image, face, pose, light);
    if (random.chance(0.35))
        paintObstacle(image, center, radius, random);
    return image;
}

} // namespace hone
