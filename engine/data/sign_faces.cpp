// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/sign_faces.h"

#include <cmath>

namespace hone
{
namespace
{

constexpr Colour red{0.76f, 0.07f, 0.10f};
constexpr Colour blue{0.04f, 0.27f, 0.62f};
constexpr Colour yellow{0.97f, 0.76f, 0.06f};
constexpr Colour white{0.95f, 0.95f, 0.94f};
constexpr Colour black{0.07f, 0.07f, 0.08f};

constexpr double up = -90, down = 90; // angles of a first corner
constexpr int side = 160;

using Points = std::vector<Point>;

// Glyphs: x from 0 to 1 across, y from 0 (top) to 1, brought to a box.
class Pen
{
public:
    Pen(SignCanvas& canvas, const Box& box, double width, const Colour& colour)
        : m_canvas(canvas),
          m_box(box),
          m_width(width),
          m_colour(colour)
    {}

    void draw(Points points)
    {
        for (auto& p : points)
            p = {m_box.left + p.x * (m_box.right - m_box.left), m_box.top + p.y * (m_box.bottom - m_box.top)};
        m_canvas.stroke(points, m_width, m_colour);
    }

private:
    SignCanvas& m_canvas;
    Box m_box;
    double m_width;
    Colour m_colour;
};

void drawGlyph(Pen pen, char glyph)
{
    switch (glyph) {
    case '0':
    case 'O': return pen.draw(arc({0.5, 0.5}, 0.5, 0.5, 0, 360));
    case '3': pen.draw(arc({0.45, 0.26}, 0.47, 0.26, -160, 90)); return pen.draw(arc({0.45, 0.74}, 0.53, 0.26, -90, 160));
    case '5': pen.draw({{0.92, 0}, {0.14, 0}, {0.06, 0.46}}); return pen.draw(arc({0.45, 0.67}, 0.54, 0.33, -140, 155));
    case 'S': pen.draw(arc({0.5, 0.26}, 0.5, 0.26, -20, -270)); return pen.draw(arc({0.5, 0.74}, 0.5, 0.26, -90, 160));
    case 'T': pen.draw({{0, 0}, {1, 0}}); return pen.draw({{0.5, 0}, {0.5, 1}});
    case 'P':
        pen.draw({{0.05, 1}, {0.05, 0}, {0.55, 0}});
        pen.draw(arc({0.55, 0.28}, 0.42, 0.28, -90, 90));
        return pen.draw({{0.55, 0.56}, {0.05, 0.56}});
    default: return;
    }
}

SignCanvas stop()
{
    SignCanvas canvas(side);
    canvas.polygon(regularPolygon(8, 1.0, 22.5), white);
    canvas.polygon(regularPolygon(8, 0.93, 22.5), red);
    const std::string_view word = "STOP";
    for (std::size_t i = 0; i < word.size(); ++i) {
        const double left = -0.68 + 0.36 * double(i);
        drawGlyph(Pen(canvas, {left, -0.24, left + 0.26, 0.24}, 0.11, white), word[i]);
    }
    return canvas;
}

SignCanvas yield()
{
    SignCanvas canvas(side);
    const Point center{0, -0.22};
    canvas.polygon(regularPolygon(3, 1.1, down, center), white);
    canvas.polygon(regularPolygon(3, 1.04, down, center), red);
    canvas.polygon(regularPolygon(3, 0.58, down, center), white);
    return canvas;
}

SignCanvas warning()
{
    SignCanvas canvas(side);
    const Point center{0, 0.22};
    canvas.polygon(regularPolygon(3, 1.1, up, center), white);
    canvas.polygon(regularPolygon(3, 1.04, up, center), red);
    canvas.polygon(regularPolygon(3, 0.74, up, center), white);
    return canvas;
}

SignCanvas noEntry()
{
    SignCanvas canvas(side);
    canvas.disk({}, 0.99, white);
    canvas.disk({}, 0.93, red);
    canvas.rectangle({-0.68, -0.17, 0.68, 0.17}, white);
    return canvas;
}

SignCanvas priorityRoad()
{
    SignCanvas canvas(side);
    canvas.polygon(regularPolygon(4, 1.0, up), black);
    canvas.polygon(regularPolygon(4, 0.96, up), white);
    canvas.polygon(regularPolygon(4, 0.66, up), yellow);
    return canvas;
}

SignCanvas speedLimit(char tens)
{
    SignCanvas canvas(side);
    canvas.disk({}, 0.99, white);
    canvas.disk({}, 0.95, red);
    canvas.disk({}, 0.72, white);
    drawGlyph(Pen(canvas, {-0.50, -0.33, -0.10, 0.33}, 0.15, black), tens);
    drawGlyph(Pen(canvas, {0.10, -0.33, 0.50, 0.33}, 0.15, black), '0');
    return canvas;
}

// An arrow from one point to another; the head ends there.
void drawArrow(SignCanvas& canvas, Point from, Point to, double width)
{
    const double length = std::hypot(to.x - from.x, to.y - from.y);
    const Point along{(to.x - from.x) / length, (to.y - from.y) / length}, across{-along.y, along.x};
    const double head = 2.3 * width;
    const auto at = [&](double forward, double aside) {
        return Point{from.x + forward * along.x + aside * across.x, from.y + forward * along.y + aside * across.y};
    };
    const Points outline = {at(0, -width / 2), at(length - head, -width / 2),  at(length - head, -head * 0.62),
                            at(length, 0),     at(length - head, head * 0.62), at(length - head, width / 2),
                            at(0, width / 2)};
    canvas.polygon(outline, white);
}

SignCanvas keepAside(double direction)
{
    SignCanvas canvas(side);
    canvas.disk({}, 0.99, white);
    canvas.disk({}, 0.94, blue);
    drawArrow(canvas, {-0.48 * direction, -0.48}, {0.56 * direction, 0.56}, 0.28);
    return canvas;
}

SignCanvas oneWay()
{
    SignCanvas canvas(side);
    canvas.rectangle({-0.86, -0.86, 0.86, 0.86}, white);
    canvas.rectangle({-0.80, -0.80, 0.80, 0.80}, blue);
    drawArrow(canvas, {0, 0.62}, {0, -0.66}, 0.30);
    return canvas;
}

SignCanvas pedestrianCrossing()
{
    SignCanvas canvas(side);
    canvas.rectangle({-0.86, -0.86, 0.86, 0.86}, white);
    canvas.rectangle({-0.80, -0.80, 0.80, 0.80}, blue);
    canvas.polygon(Points{{0, -0.72}, {0.74, 0.62}, {-0.74, 0.62}}, white);
    canvas.disk({0.02, -0.28}, 0.10, black);
    canvas.stroke(Points{{0, -0.14}, {-0.03, 0.16}}, 0.17, black);
    canvas.stroke(Points{{-0.03, 0.16}, {0.10, 0.34}, {0.12, 0.54}}, 0.10, black);
    canvas.stroke(Points{{-0.03, 0.16}, {-0.10, 0.36}, {-0.24, 0.52}}, 0.10, black);
    canvas.stroke(Points{{0.02, -0.12}, {0.20, 0.06}}, 0.08, black);
    canvas.stroke(Points{{-0.03, -0.12}, {-0.20, 0.08}}, 0.08, black);
    for (const double x : {-0.48, -0.30, 0.24, 0.42})
        canvas.rectangle({x, 0.48, x + 0.10, 0.60}, black);
    return canvas;
}

SignCanvas roadworks()
{
    SignCanvas canvas = warning();
    canvas.disk({0.02, -0.14}, 0.10, black);
    canvas.stroke(Points{{-0.04, -0.02}, {-0.16, 0.22}}, 0.17, black); // a back, bent
    canvas.stroke(Points{{-0.16, 0.22}, {-0.10, 0.38}, {-0.16, 0.53}}, 0.10, black);
    canvas.stroke(Points{{-0.16, 0.22}, {-0.30, 0.38}, {-0.38, 0.53}}, 0.10, black);
    canvas.stroke(Points{{-0.02, 0.02}, {0.14, 0.18}}, 0.08, black); // arms
    canvas.stroke(Points{{-0.12, 0.08}, {0.30, 0.42}}, 0.06, black); // a shovel
    canvas.polygon(arc({0.32, 0.56}, 0.24, 0.24, 180, 360), black);  // and what it moves
    return canvas;
}

SignCanvas bumpyRoad()
{
    SignCanvas canvas = warning();
    canvas.polygon(arc({-0.22, 0.42}, 0.22, 0.26, 180, 360), black);
    canvas.polygon(arc({0.22, 0.42}, 0.22, 0.26, 180, 360), black);
    canvas.rectangle({-0.46, 0.41, 0.46, 0.52}, black);
    return canvas;
}

} // namespace

std::vector<SignFace> drawSignFaces()
{
    return {{"bumpy_road", bumpyRoad()},
            {"keep_left", keepAside(-1)},
            {"keep_right", keepAside(1)},
            {"no_entry", noEntry()},
            {"one_way", oneWay()},
            {"pedestrian_crossing", pedestrianCrossing()},
            {"priority_road", priorityRoad()},
            {"roadworks", roadworks()},
            {"speed_limit_30", speedLimit('3')},
            {"speed_limit_50", speedLimit('5')},
            {"stop", stop()},
            {"yield", yield()}};
}

} // namespace hone
