// SPDX-License-Identifier: GPL-3.0-or-later
#include "graphview/layout.h"

#include <QByteArrayList>
#include <QList>

#include <algorithm>
#include <map>

namespace hone::studio
{
namespace
{

constexpr double pixelsPerInch = 72;
constexpr double rowDistance = 72;
constexpr double columnDistance = 152;

QRectF boundsOf(const std::vector<QRectF>& boxes)
{
    QRectF bounds;
    for (const auto& box : boxes)
        bounds |= box;
    return bounds.adjusted(-24, -24, 24, 24);
}

// From the bottom of one box to the top of another, leaving and arriving vertically.
std::vector<QPointF> curveBetween(const QRectF& from, const QRectF& to)
{
    const QPointF start(from.center().x(), from.bottom());
    const QPointF end(to.center().x(), to.top());
    const double bend = std::max(16.0, (end.y() - start.y()) / 2);
    return {start, start + QPointF(0, bend), end - QPointF(0, bend), end};
}

} // namespace

GraphLayout layeredLayout(const GraphDrawing& drawing)
{
    std::vector<int> row(drawing.boxes.size(), 0);
    for (const auto& line : drawing.lines)
        row[line.to] = std::max(row[line.to], row[line.from] + 1);
    // A stub stands right above its reader.
    for (const auto& line : drawing.lines)
        if (drawing.boxes[line.from].kind == BoxKind::Stub)
            row[line.from] = row[line.to] - 1;
    std::vector<int> widthOfRow;
    for (const int r : row) {
        if (r >= static_cast<int>(widthOfRow.size()))
            widthOfRow.resize(r + 1, 0);
        ++widthOfRow[r];
    }
    GraphLayout layout;
    std::vector<int> placed(widthOfRow.size(), 0);
    for (const int r : row) {
        const double x = (placed[r]++ - (widthOfRow[r] - 1) / 2.0) * columnDistance;
        layout.boxes.emplace_back(QPointF(x - drawnBoxSize.width() / 2, r * rowDistance), drawnBoxSize);
    }
    for (const auto& line : drawing.lines)
        layout.lines.push_back(curveBetween(layout.boxes[line.from], layout.boxes[line.to]));
    layout.bounds = boundsOf(layout.boxes);
    return layout;
}

QByteArray toDot(const GraphDrawing& drawing)
{
    QByteArray text =
        "digraph g {\nedge [dir=none];\nrankdir=TB; nodesep=0.28; ranksep=0.4;\nnode [shape=box, fixedsize=true, label=\"\", width=" +
        QByteArray::number(drawnBoxSize.width() / pixelsPerInch) + ", height=" + QByteArray::number(drawnBoxSize.height() / pixelsPerInch) +
        "];\n";
    for (std::size_t i = 0; i < drawing.boxes.size(); ++i)
        text += QByteArray::number(static_cast<qulonglong>(i)) + ";\n";
    for (const auto& line : drawing.lines)
        text += QByteArray::number(line.from) + " -> " + QByteArray::number(line.to) + ";\n";
    return text + "}\n";
}

std::optional<GraphLayout> fromDotPlain(const QByteArray& answer, const GraphDrawing& drawing)
{
    GraphLayout layout;
    layout.boxes.resize(drawing.boxes.size());
    // Lines come grouped by their start; several between the same two boxes come in the order written.
    std::map<std::pair<int, int>, QList<std::vector<QPointF>>> curves;
    double height = 0;
    std::size_t boxesSeen = 0;
    for (const auto& row : answer.split('\n')) {
        const auto words = row.simplified().split(' ');
        const auto number = [&](qsizetype i) { return words.value(i).toDouble() * pixelsPerInch; };
        if (words[0] == "graph") {
            height = number(3);
        } else if (words[0] == "node" && words.size() >= 6) {
            const auto index = words[1].toULongLong();
            if (index >= layout.boxes.size())
                return std::nullopt;
            const QPointF centre(number(2), height - number(3));
            layout.boxes[index] = QRectF(centre - QPointF(drawnBoxSize.width() / 2, drawnBoxSize.height() / 2), drawnBoxSize);
            ++boxesSeen;
        } else if (words[0] == "edge" && words.size() >= 4) {
            const int points = words[3].toInt();
            if (words.size() < 4 + 2 * points)
                return std::nullopt;
            std::vector<QPointF> curve;
            for (int i = 0; i < points; ++i)
                curve.emplace_back(number(4 + 2 * i), height - number(5 + 2 * i));
            curves[{words[1].toInt(), words[2].toInt()}].append(std::move(curve));
        }
    }
    if (boxesSeen != drawing.boxes.size())
        return std::nullopt;
    for (const auto& line : drawing.lines) {
        auto& waiting = curves[{line.from, line.to}];
        layout.lines.push_back(waiting.isEmpty() ? curveBetween(layout.boxes[line.from], layout.boxes[line.to]) : waiting.takeFirst());
    }
    layout.bounds = boundsOf(layout.boxes);
    return layout;
}

} // namespace hone::studio
