// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluate/html_plot.h"

#include "evaluate/html_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace hone::html
{
namespace
{

constexpr double plotWidth = 880;
constexpr double plotHeight = 440;
constexpr Rectangle frame = {56, 16, plotWidth - 24, plotHeight - 56};
constexpr double pointRadius = 5;
constexpr double ringRadius = 6;
constexpr double labelHeight = 16;
constexpr double characterWidth = 7.2; // of 12 px text in the system's font, on the wide side
constexpr std::size_t longestLabel = 32;

// A model that was measured.
struct Shown
{
    const ComparedModel* model = nullptr;
    TaskMetric metric;
};

struct Point
{
    const ComparedModel* model = nullptr;
    TaskMetric metric;
    double x = 0;
    double y = 0;
    double yLow = 0;
    double yHigh = 0;
    bool original = false;
};

struct Line
{
    Point from;
    Point to;
};

// Steps of 1, 2 or 5 times a power of ten, at most `most` of them in the span.
double niceStep(double span, int most)
{
    double step = std::pow(10.0, std::floor(std::log10(span / most)));
    for (const double factor : {1.0, 2.0, 5.0, 10.0})
        if (span / (step * factor) <= most)
            return step * factor;
    return step * 10;
}

// Round as it is: 60, 1.5, 1,000.
std::string tickText(double value)
{
    return value >= 1000 ? figure(value) : fmt::format("{:g}", value);
}

class Axes
{
public:
    explicit Axes(const std::vector<Shown>& models) : m_kind(models.front().metric.kind)
    {
        double smallest = std::numeric_limits<double>::max();
        double largest = 0;
        m_low = std::numeric_limits<double>::max();
        m_high = std::numeric_limits<double>::lowest();
        for (const auto& [model, metric] : models) {
            const auto bytes = static_cast<double>(std::max<std::int64_t>(1, model->validation.facts.sizeBytes));
            smallest = std::min(smallest, bytes);
            largest = std::max(largest, bytes);
            m_low = std::min(m_low, inUnit(m_kind, metric.low));
            m_high = std::max(m_high, inUnit(m_kind, metric.high));
        }
        const double widest = std::max(1.15, std::pow(largest / smallest, 0.08));
        m_left = std::log(smallest / widest);
        m_right = std::log(largest * widest * (largest == smallest ? 1.5 : 1));
        const double room = std::max(leastRoom(), (m_high - m_low) * 0.12);
        m_low = std::max(lowest(m_kind), m_low - room);
        m_high = std::min(highest(m_kind).value_or(m_high + room), m_high + room);
    }

    double x(double bytes) const
    {
        return frame.left + (std::log(std::max(1.0, bytes)) - m_left) / (m_right - m_left) * (frame.right - frame.left);
    }
    double y(double value) const { return frame.bottom - (inUnit(m_kind, value) - m_low) / (m_high - m_low) * (frame.bottom - frame.top); }

    std::string svg() const
    {
        std::string out;
        const double step = niceStep(m_high - m_low, 6);
        const int decimals = step < 1 ? static_cast<int>(std::ceil(-std::log10(step) - 1e-9)) : 0;
        for (double tick = std::ceil(m_low / step - 1e-9) * step; tick <= m_high + 1e-9 * step; tick += step) {
            const double at = y(tick / inUnit(m_kind, 1));
            out += fmt::format(R"(<line class="grid" x1="{:.1f}" x2="{:.1f}" y1="{:.1f}" y2="{:.1f}"/>)", frame.left, frame.right, at, at);
            out += fmt::format(R"(<text class="tick" x="{:.1f}" y="{:.1f}" text-anchor="end">{:.{}f}</text>)", frame.left - 8, at + 4, tick,
                               decimals);
        }
        for (const double tick : logTicks(std::exp(m_left), std::exp(m_right)))
            out += fmt::format(R"(<text class="tick" x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>)", x(tick), frame.bottom + 20,
                               tickText(tick / 1000));
        out += fmt::format(R"(<text class="tick" x="{:.1f}" y="{:.1f}" text-anchor="middle">file, kB (log)</text>)",
                           (frame.left + frame.right) / 2, plotHeight - 12);
        out += fmt::format(R"svg(<text class="tick" transform="translate(14 {:.1f}) rotate(-90)" text-anchor="middle">{}</text>)svg",
                           (frame.top + frame.bottom) / 2, axisTitle());
        return out;
    }

private:
    double leastRoom() const
    {
        switch (m_kind) {
        case MetricKind::Top1: return 0.5;
        case MetricKind::AreaUnderCurve: return 0.005;
        case MetricKind::Cosine: return 1e-4;
        case MetricKind::MeanAbsoluteError:
        case MetricKind::ReconstructionError: break;
        }
        return 0.02 * std::max(std::abs(m_low), std::abs(m_high)) + 1e-9;
    }

    std::string axisTitle() const
    {
        if (m_kind == MetricKind::Top1)
            return "accuracy on validation, %";
        return fmt::format("{} on validation ({} is better)", label(m_kind), higherIsBetter(m_kind) ? "higher" : "lower");
    }

    MetricKind m_kind;
    double m_left = 0; // natural logarithms of bytes
    double m_right = 1;
    double m_low = 0; // in the metric's unit
    double m_high = 1;
};

std::string interval(const Point& point)
{
    return fmt::format(R"(<line class="interval{}" x1="{:.1f}" x2="{:.1f}" y1="{:.1f}" y2="{:.1f}"/>)", point.model->pareto ? " front" : "",
                       point.x, point.x, point.yLow, point.yHigh);
}

std::string mark(const Point& point, bool best)
{
    const auto& [kind, value, low, high] = point.metric;
    const auto unitText = unit(kind).empty() ? std::string() : " " + std::string(unit(kind));
    auto out = fmt::format("<g><title>{}: {}{} ({} to {}), {} kB</title>", escaped(point.model->name), numberText(kind, value), unitText,
                           numberText(kind, low), numberText(kind, high),
                           figure(static_cast<double>(point.model->validation.facts.sizeBytes) / 1000));
    if (best)
        out += fmt::format(R"(<circle class="halo" cx="{:.1f}" cy="{:.1f}" r="10"/>)", point.x, point.y);
    out += fmt::format(R"(<circle class="{}{}" cx="{:.1f}" cy="{:.1f}" r="{}"/></g>)", point.original ? "ring" : "point",
                       point.model->pareto ? " front" : "", point.x, point.y, point.original ? ringRadius : pointRadius);
    return out;
}

// From parent to child, ending short of the child's mark; none between marks that nearly touch.
std::string arrow(const Point& from, const Point& to)
{
    const double dx = to.x - from.x;
    const double dy = to.y - from.y;
    const double length = std::hypot(dx, dy);
    if (length < 24)
        return {};
    const double start = 9 / length;
    const double end = 1 - 11 / length;
    return fmt::format(R"svg(<line class="arrow" marker-end="url(#head)" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>)svg",
                       from.x + dx * start, from.y + dy * start, from.x + dx * end, from.y + dy * end);
}

std::vector<Line> frontLines(std::vector<Point> points)
{
    std::erase_if(points, [](const Point& point) { return !point.model->pareto; });
    std::ranges::sort(points, {}, &Point::x);
    std::vector<Line> lines;
    for (std::size_t i = 1; i < points.size(); ++i)
        lines.push_back({points[i - 1], points[i]});
    return lines;
}

std::vector<Line> descents(const std::vector<Point>& points, const Comparison& comparison)
{
    std::vector<Line> lines;
    for (const auto& child : points)
        for (const auto& parent : points)
            if (child.model->parent >= 0 && parent.model == &comparison.models.at(static_cast<std::size_t>(child.model->parent)))
                lines.push_back({parent, child});
    return lines;
}

double overlapArea(const Rectangle& a, const Rectangle& b)
{
    if (!a.overlaps(b))
        return 0;
    return (std::min(a.right, b.right) - std::max(a.left, b.left)) * (std::min(a.bottom, b.bottom) - std::max(a.top, b.top));
}

bool isInside(const Rectangle& inner, const Rectangle& outer)
{
    return inner.left >= outer.left && inner.right <= outer.right && inner.top >= outer.top && inner.bottom <= outer.bottom;
}

// Right, left, above, below and between, near first, then farther out.
std::vector<Rectangle> candidates(const LabelRequest& label)
{
    std::vector<Rectangle> places;
    for (const double gap : {10.0, 20.0, 34.0, 52.0, 74.0, 100.0, 130.0}) {
        constexpr std::array<std::array<double, 2>, 8> directions = {
            {{1, 0}, {-1, 0}, {0, -1}, {0, 1}, {1, -1}, {-1, -1}, {1, 1}, {-1, 1}}};
        for (const auto& [dx, dy] : directions) {
            const double left = label.x + dx * gap + (dx > 0 ? 0 : dx < 0 ? -label.width : -label.width / 2);
            const double top = label.y + dy * gap * (dx == 0 ? 1 : 0.8) + (dy > 0 ? 0 : dy < 0 ? -label.height : -label.height / 2);
            places.push_back({left, top, left + label.width, top + label.height});
        }
    }
    return places;
}

// A line as a row of small squares, lighter than a mark: rather over a line's end than far from the point.
void addLine(std::vector<Rectangle>& obstacles, const Point& from, const Point& to)
{
    constexpr double spacing = 6;
    const double length = std::hypot(to.x - from.x, to.y - from.y);
    for (double at = spacing; at < length; at += spacing) {
        const double x = from.x + (to.x - from.x) * at / length;
        const double y = from.y + (to.y - from.y) * at / length;
        obstacles.push_back({x - 2, y - 2, x + 2, y + 2});
    }
}

std::vector<Rectangle> obstaclesOf(const std::vector<Point>& points, const std::vector<Line>& lines)
{
    std::vector<Rectangle> obstacles;
    for (const auto& point : points) {
        obstacles.push_back({point.x - 11, point.y - 11, point.x + 11, point.y + 11});
        obstacles.push_back({point.x - 2, point.yHigh, point.x + 2, point.yLow});
    }
    for (const auto& [from, to] : lines)
        addLine(obstacles, from, to);
    return obstacles;
}

std::string labels(const std::vector<Point>& points, const std::vector<Line>& lines)
{
    std::vector<LabelRequest> requests;
    for (const auto& point : points) {
        const auto characters = characterCount(shortened(point.model->name, longestLabel));
        requests.push_back({point.x, point.y, static_cast<double>(characters) * characterWidth, labelHeight});
    }
    const auto places = placeLabels(requests, obstaclesOf(points, lines), frame);
    std::string out;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const auto& place = places[i];
        const double nearX = std::clamp(points[i].x, place.left, place.right);
        const double nearY = std::clamp(points[i].y, place.top, place.bottom);
        if (std::hypot(nearX - points[i].x, nearY - points[i].y) > 26)
            out += fmt::format(R"(<line class="leader" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>)", points[i].x, points[i].y, nearX,
                               nearY);
        out += fmt::format(R"(<text class="label{}" x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>)",
                           points[i].model->pareto ? " front" : "", (place.left + place.right) / 2, place.bottom - 4,
                           escaped(shortened(points[i].model->name, longestLabel)));
    }
    return out;
}

} // namespace

std::vector<Rectangle> placeLabels(const std::vector<LabelRequest>& labels, const std::vector<Rectangle>& obstacles, const Rectangle& area)
{
    std::vector<Rectangle> placed;
    for (const auto& label : labels) {
        Rectangle best;
        double leastOverlap = std::numeric_limits<double>::max();
        for (const auto& place : candidates(label)) {
            if (!isInside(place, area))
                continue;
            double overlap = 0;
            for (const auto& other : placed)
                overlap += 2 * overlapArea(place, other);
            for (const auto& obstacle : obstacles)
                overlap += overlapArea(place, obstacle);
            if (overlap < leastOverlap) {
                leastOverlap = overlap;
                best = place;
            }
        }
        if (leastOverlap == std::numeric_limits<double>::max()) // wider than the area
            best = {area.left, label.y - 10 - label.height, area.left + label.width, label.y - 10};
        placed.push_back(best);
    }
    return placed;
}

std::vector<double> logTicks(double low, double high)
{
    constexpr std::size_t enough = 4;
    std::vector<double> ticks;
    for (const auto& factors : {std::vector<double>{1, 2, 5}, std::vector<double>{1, 1.5, 2, 3, 4, 6, 8}}) {
        ticks.clear();
        for (double power = std::pow(10.0, std::floor(std::log10(low))); power <= high; power *= 10)
            for (const double factor : factors)
                if (const double tick = power * factor; tick >= low && tick <= high)
                    ticks.push_back(tick);
        if (ticks.size() >= enough)
            return ticks;
    }
    ticks.clear();
    const double step = niceStep(high - low, 4);
    for (double tick = std::ceil(low / step) * step; tick <= high; tick += step)
        ticks.push_back(tick);
    return ticks;
}

std::string metricSizePlot(const Comparison& comparison)
{
    std::vector<Shown> shown;
    for (const auto& model : comparison.models)
        if (const auto metric = metricOf(model.validation);
            metric && metric->kind == comparison.metricKind() && std::isfinite(metric->high))
            shown.push_back({&model, *metric});
    if (shown.empty())
        return {};
    const Axes axes(shown);
    const auto* best = &comparison.models[comparison.best()];
    std::vector<Point> points;
    for (const auto& [model, metric] : shown)
        points.push_back({model, metric, axes.x(static_cast<double>(model->validation.facts.sizeBytes)), axes.y(metric.value),
                          axes.y(metric.low), axes.y(metric.high), model->parent < 0 && model == &comparison.models[0]});
    const auto kind = shown.front().metric.kind;
    auto out = fmt::format(R"(<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{} on validation against file size">)",
                           plotWidth, plotHeight, kind == MetricKind::Top1 ? "Accuracy" : label(kind));
    out +=
        R"(<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="arrowhead" d="M0 1 L7 4 L0 7"/></marker></defs>)";
    out += axes.svg();
    auto lines = descents(points, comparison);
    for (const auto& [from, to] : lines)
        out += arrow(from, to);
    for (const auto& line : frontLines(points)) {
        out += fmt::format(R"(<line class="frontline" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>)", line.from.x, line.from.y,
                           line.to.x, line.to.y);
        lines.push_back(line);
    }
    for (const auto& point : points)
        out += interval(point);
    for (const auto& point : points)
        out += mark(point, point.model == best);
    return out + labels(points, lines) + "</svg>";
}

} // namespace hone::html
