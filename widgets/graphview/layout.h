// SPDX-License-Identifier: GPL-3.0-or-later
// Where a GraphDrawing's boxes and lines go. Top to bottom, in pixels of the drawing.
#pragma once

#include "graphview/graph_drawing.h"

#include <QPointF>
#include <QRectF>
#include <QSizeF>

#include <optional>
#include <vector>

namespace hone::studio
{

struct GraphLayout
{
    std::vector<QRectF> boxes;               // as in GraphDrawing::boxes
    std::vector<std::vector<QPointF>> lines; // a start and then three control points for each cubic, as Graphviz gives them
    QRectF bounds;
};

constexpr QSizeF drawnBoxSize{132, 40};

// Each box below everything that it reads, boxes of a row beside each other in the graph's order. Linear in the drawing's size.
GraphLayout layeredLayout(const GraphDrawing& drawing);

// The drawing in Graphviz' language, and its answer in "-Tplain" (Graphviz, "Output Formats"). nullopt where the answer doesn't fit.
QByteArray toDot(const GraphDrawing& drawing);
std::optional<GraphLayout> fromDotPlain(const QByteArray& answer, const GraphDrawing& drawing);

} // namespace hone::studio
