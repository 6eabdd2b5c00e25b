// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/sign_canvas.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hone
{
namespace
{

bool isInside(std::span<const Point> corners, Point p)
{
    bool inside = false;
    for (std::size_t i = 0, j = corners.size() - 1; i < corners.size(); j = i++) {
        const auto& a = corners[i];
        const auto& b = corners[j];
        if ((a.y > p.y) != (b.y > p.y) && p.x < a.x + (b.x - a.x) * (p.y - a.y) / (b.y - a.y))
            inside = !inside;
    }
    return inside;
}

double squaredDistance(Point p, Point a, Point b)
{
    const double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
    const double along = length > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length, 0.0, 1.0) : 0;
    const double ex = p.x - a.x - along * dx, ey = p.y - a.y - along * dy;
    return ex * ex + ey * ey;
}

Box boundsOf(std::span<const Point> points, double margin)
{
    Box box{1e9, 1e9, -1e9, -1e9};
    for (const auto& p : points) {
        box.left = std::min(box.left, p.x - margin);
        box.top = std::min(box.top, p.y - margin);
        box.right = std::max(box.right, p.x + margin);
        box.bottom = std::max(box.bottom, p.y + margin);
    }
    return box;
}

} // namespace

const SignCanvas::Pixel& SignCanvas::at(Point point) const
{
    static const Pixel nothing;
    if (!(point.x >= -1 && point.x < 1 && point.y >= -1 && point.y < 1))
        return nothing;
    const int x = int((point.x + 1) / 2 * m_side), y = int((point.y + 1) / 2 * m_side);
    return m_pixels[std::size_t(std::min(y, m_side - 1)) * m_side + std::min(x, m_side - 1)];
}

void SignCanvas::fill(const Box& bounds, const std::function<bool(Point)>& contains, const Colour& colour)
{
    const auto pixelAt = [this](double position) { return std::clamp(int(std::floor((position + 1) / 2 * m_side)), 0, m_side - 1); };
    const float points = float(m_grid * m_grid);
    for (int y = pixelAt(bounds.top); y <= pixelAt(bounds.bottom); ++y) {
        for (int x = pixelAt(bounds.left); x <= pixelAt(bounds.right); ++x) {
            int hits = 0;
            for (int i = 0; i < m_grid * m_grid; ++i)
                hits += contains({(x + (i % m_grid + 0.5) / m_grid) / m_side * 2 - 1, (y + (i / m_grid + 0.5) / m_grid) / m_side * 2 - 1});
            if (hits == 0)
                continue;
            auto& pixel = m_pixels[std::size_t(y) * m_side + x];
            const float share = float(hits) / points, covered = share + pixel.coverage * (1 - share);
            pixel.colour = pixel.colour.mixedWith(colour, share / covered);
            pixel.coverage = covered;
        }
    }
}

void SignCanvas::polygon(std::span<const Point> corners, const Colour& colour)
{
    fill(
        boundsOf(corners, 0), [corners](Point p) { return isInside(corners, p); }, colour);
}

void SignCanvas::disk(Point center, double radius, const Colour& colour)
{
    fill(
        boundsOf(std::span(&center, 1), radius), [center, radius](Point p) { return squaredDistance(p, center, center) < radius * radius; },
        colour);
}

void SignCanvas::rectangle(const Box& box, const Colour& colour)
{
    fill(
        box, [box](Point p) { return p.x >= box.left && p.x < box.right && p.y >= box.top && p.y < box.bottom; }, colour);
}

void SignCanvas::stroke(std::span<const Point> points, double width, const Colour& colour)
{
    const double reach = width * width / 4;
    const auto contains = [points, reach](Point p) {
        for (std::size_t i = 0; i + 1 < points.size(); ++i)
            if (squaredDistance(p, points[i], points[i + 1]) < reach)
                return true;
        return false;
    };
    fill(boundsOf(points, width / 2), contains, colour);
}

std::vector<Point> arc(Point center, double radiusX, double radiusY, double from, double to)
{
    constexpr int pieces = 24;
    std::vector<Point> points;
    for (int i = 0; i <= pieces; ++i) {
        const double angle = (from + (to - from) * i / pieces) * std::numbers::pi / 180;
        points.push_back({center.x + radiusX * std::cos(angle), center.y + radiusY * std::sin(angle)});
    }
    return points;
}

std::vector<Point> regularPolygon(int corners, double radius, double angle, Point center)
{
    std::vector<Point> points;
    for (int i = 0; i < corners; ++i) {
        const double turn = (angle + 360.0 * i / corners) * std::numbers::pi / 180;
        points.push_back({center.x + radius * std::cos(turn), center.y + radius * std::sin(turn)});
    }
    return points;
}

} // namespace hone
