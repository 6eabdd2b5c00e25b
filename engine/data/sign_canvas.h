// SPDX-License-Identifier: GPL-3.0-or-later
// A small software rasterizer for the sample's road signs. Internal to this room.
#pragma once

#include <functional>
#include <span>
#include <vector>

namespace hone
{

struct Point
{
    double x = 0;
    double y = 0; // downwards
};

struct Colour
{
    float red = 0, green = 0, blue = 0; // 0 to 1

    Colour scaled(float factor) const { return {red * factor, green * factor, blue * factor}; }
    Colour mixedWith(const Colour& other, float share) const
    {
        return {red + (other.red - red) * share, green + (other.green - green) * share, blue + (other.blue - blue) * share};
    }
};

struct Box
{
    double left = -1, top = -1, right = 1, bottom = 1;
};

// Pixels over the square [-1, 1] x [-1, 1], each with a colour and how much of it is covered. Shapes are painted over each
// other, anti-aliased by asking for a grid of points in each pixel.
class SignCanvas
{
public:
    struct Pixel
    {
        Colour colour;
        float coverage = 0; // 0 to 1
    };

    explicit SignCanvas(int side, int pointsPerPixelSide = 3) : m_side(side), m_grid(pointsPerPixelSide), m_pixels(std::size_t(side) * side)
    {}

    int side() const { return m_side; }
    // The pixel under a point; uncovered outside the square.
    const Pixel& at(Point point) const;

    void polygon(std::span<const Point> corners, const Colour& colour); // even-odd rule
    void disk(Point center, double radius, const Colour& colour);
    void rectangle(const Box& box, const Colour& colour);
    // A line of that width with round ends and joints.
    void stroke(std::span<const Point> points, double width, const Colour& colour);
    void fill(const Box& bounds, const std::function<bool(Point)>& contains, const Colour& colour);

private:
    int m_side;
    int m_grid;
    std::vector<Pixel> m_pixels;
};

// Points of an ellipse's arc; angles in degrees, 0 to the right, 90 downwards.
std::vector<Point> arc(Point center, double radiusX, double radiusY, double from, double to);
// Corners of a regular polygon, the first at `angle`.
std::vector<Point> regularPolygon(int corners, double radius, double angle, Point center = {});

} // namespace hone
