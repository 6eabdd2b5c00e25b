// SPDX-License-Identifier: GPL-3.0-or-later
// The metric-versus-size plot as inline SVG.
#pragma once

#include "evaluate/comparison.h"

#include <string>
#include <vector>

namespace hone::html
{

struct Rectangle
{
    double left = 0;
    double top = 0;
    double right = 0;
    double bottom = 0;
    bool overlaps(const Rectangle& other) const
    {
        return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
    }
};

struct LabelRequest
{
    double x = 0; // of the point that it names
    double y = 0;
    double width = 0;
    double height = 0;
};

// A place for each label, near its point, inside `area`, on none of the obstacles nor another label. Where no such place is left
// the label is placed with the least overlap.
std::vector<Rectangle> placeLabels(const std::vector<LabelRequest>& labels, const std::vector<Rectangle>& obstacles, const Rectangle& area);

// Ticks of a logarithmic axis in [low, high]: 1, 2 and 5 times powers of ten; more of them, then evenly spaced ones, where
// the axis is too short for that.
std::vector<double> logTicks(double low, double high);

// File size on x (log), the task's metric on validation with its interval on y; models without one are left out. Colours come from
// the classes of the page's style sheet.
std::string metricSizePlot(const Comparison& comparison);

} // namespace hone::html
