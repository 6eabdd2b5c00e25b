// SPDX-License-Identifier: GPL-3.0-or-later
#include "graphview/graph_view.h"

#include "theme/theme.h"

#include <QGraphicsItem>
#include <QGraphicsPathItem>
#include <QKeyEvent>
#include <QPainter>
#include <QStyleOptionGraphicsItem>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace hone::studio
{
namespace
{

constexpr double zoomStep = 1.2;
constexpr double smallestZoom = 0.05;
constexpr double largestZoom = 3;

// A colour between two of the palette's, so that it fits light and dark.
QColor mixed(const QColor& a, const QColor& b, double shareOfB)
{
    const auto mix = [&](int x, int y) { return static_cast<int>(std::lround(x + (y - x) * shareOfB)); };
    return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

QPainterPath pathOf(const std::vector<QPointF>& points)
{
    QPainterPath path;
    if (points.empty())
        return path;
    path.moveTo(points.front());
    for (std::size_t i = 1; i + 2 < points.size(); i += 3)
        path.cubicTo(points[i], points[i + 1], points[i + 2]);
    return path;
}

} // namespace

class BoxItem : public QGraphicsItem
{
public:
    BoxItem(const DrawnBox& box, const QRectF& place) : m_box(box), m_size(place.size())
    {
        setPos(place.topLeft());
        setFlag(ItemIsSelectable, box.node.valid());
        setToolTip(box.detail.isEmpty() ? box.title : box.title + u'\n' + box.detail);
        setZValue(1);
    }

    NodeId node() const { return m_box.node; }
    QRectF boundingRect() const override { return QRectF({}, m_size).adjusted(-2, -2, 2, 2); }

    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override
    {
        const Palette& palette = widget ? Palette::of(widget) : Palette::light();
        painter->setRenderHint(QPainter::Antialiasing);
        paintFrame(painter, palette);
        // Text smaller than this can't be read and only costs time.
        if (option->levelOfDetailFromTransform(painter->worldTransform()) > 0.35)
            paintText(painter, palette);
    }

private:
    void paintFrame(QPainter* painter, const Palette& palette) const
    {
        QColor fill = palette.surface;
        switch (m_box.kind) {
        case BoxKind::Compute: fill = palette.accentSoft; break;
        case BoxKind::Join: fill = palette.rowSelected; break;
        case BoxKind::Quantize: fill = palette.bitsGround(8); break;
        case BoxKind::Input:
        case BoxKind::Output: fill = palette.groove; break;
        case BoxKind::Light:
        case BoxKind::Stub: break;
        }
        QPen border(isSelected() ? palette.accent : mixed(palette.line, palette.muted, 0.4), isSelected() ? 2.5 : 1);
        if (m_box.kind == BoxKind::Stub)
            border.setStyle(Qt::DashLine);
        painter->setPen(border);
        painter->setBrush(fill);
        const double round = m_box.kind == BoxKind::Input || m_box.kind == BoxKind::Output ? m_size.height() / 2 : space::corner;
        painter->drawRoundedRect(QRectF({}, m_size), round, round);
    }

    void paintText(QPainter* painter, const Palette& palette) const
    {
        painter->setFont(sized(painter->font(), type::body, m_box.kind == BoxKind::Compute ? QFont::DemiBold : QFont::Normal));
        painter->setPen(m_box.kind == BoxKind::Quantize ? palette.bitsText(8) : palette.text);
        const QRectF inner = QRectF({}, m_size).adjusted(8, 3, -8, -3);
        const auto elided = [&](const QString& text) {
            return QFontMetricsF(painter->font()).elidedText(text, Qt::ElideMiddle, inner.width());
        };
        if (m_box.detail.isEmpty()) {
            painter->drawText(inner, Qt::AlignCenter, elided(m_box.title));
            return;
        }
        painter->drawText(inner, Qt::AlignHCenter | Qt::AlignTop, elided(m_box.title));
        painter->setFont(sized(painter->font(), type::small));
        painter->setPen(m_box.kind == BoxKind::Quantize ? palette.bitsText(8) : palette.muted);
        painter->drawText(inner, Qt::AlignHCenter | Qt::AlignBottom, elided(m_box.detail));
    }

    DrawnBox m_box;
    QSizeF m_size;
};

GraphView::GraphView(QWidget* parent) : QGraphicsView(parent)
{
    setScene(new QGraphicsScene(this));
    setDragMode(ScrollHandDrag);
    setTransformationAnchor(AnchorUnderMouse);
    setFrameShape(NoFrame);
    setAccessibleName(tr("Model graph"));
    connect(&m_layouter, &DotLayouter::layoutReady, this, &GraphView::place);
    connect(scene(), &QGraphicsScene::selectionChanged, this, &GraphView::announceSelection);
}

GraphView::~GraphView()
{
    // A scene tells of its selection while its items go; there must be none left to ask.
    clear();
}

void GraphView::setDrawing(GraphDrawing drawing)
{
    clear();
    m_drawing = std::move(drawing);
    m_layouter.start(m_drawing);
}

void GraphView::clear()
{
    m_layouter.cancel();
    m_boxes.clear();
    scene()->clear();
    m_laidOut = false;
}

void GraphView::place(const GraphLayout& layout)
{
    const QPen pen = linePen();
    for (const auto& line : layout.lines)
        scene()->addPath(pathOf(line), pen);
    for (std::size_t i = 0; i < m_drawing.boxes.size(); ++i) {
        m_boxes.push_back(new BoxItem(m_drawing.boxes[i], layout.boxes[i]));
        scene()->addItem(m_boxes.back());
    }
    scene()->setSceneRect(layout.bounds);
    m_laidOut = true;
    showBeginning();
    emit laidOut();
}

QPen GraphView::linePen() const
{
    const Palette& colours = Palette::of(this);
    return QPen(mixed(colours.line, colours.muted, 0.6), 1.2);
}

void GraphView::showBeginning()
{
    resetTransform();
    const auto bounds = sceneRect();
    // As wide as the view, but never larger than life; the top in sight.
    const double factor = std::clamp((viewport()->width() - 8.0) / bounds.width(), 0.3, 1.0);
    scale(factor, factor);
    centerOn(bounds.center().x(), bounds.top() + viewport()->height() / factor / 2);
}

void GraphView::selectNode(NodeId node)
{
    m_announcing = false;
    scene()->clearSelection();
    for (auto* box : m_boxes) {
        if (node.valid() && box->node() == node) {
            box->setSelected(true);
            ensureVisible(box, 40, 40);
        }
    }
    m_announcing = true;
}

NodeId GraphView::selectedNode() const
{
    for (const auto* box : m_boxes)
        if (box->isSelected())
            return box->node();
    return {};
}

void GraphView::announceSelection()
{
    if (m_announcing && selectedNode().valid())
        emit nodeSelected(selectedNode());
}

void GraphView::zoomIn()
{
    if (transform().m11() * zoomStep <= largestZoom)
        scale(zoomStep, zoomStep);
}

void GraphView::zoomOut()
{
    if (transform().m11() / zoomStep >= smallestZoom)
        scale(1 / zoomStep, 1 / zoomStep);
}

void GraphView::showAll()
{
    fitInView(sceneRect(), Qt::KeepAspectRatio);
}

void GraphView::wheelEvent(QWheelEvent* event)
{
    if (!(event->modifiers() & Qt::ControlModifier)) {
        QGraphicsView::wheelEvent(event);
        return;
    }
    event->angleDelta().y() > 0 ? zoomIn() : zoomOut();
    event->accept();
}

void GraphView::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal: zoomIn(); break;
    case Qt::Key_Minus: zoomOut(); break;
    case Qt::Key_0: showAll(); break;
    case Qt::Key_Down: stepSelection(1); break;
    case Qt::Key_Up: stepSelection(-1); break;
    default: QGraphicsView::keyPressEvent(event);
    }
}

void GraphView::stepSelection(int by)
{
    std::vector<BoxItem*> selectable;
    std::ranges::copy_if(m_boxes, std::back_inserter(selectable), [](const BoxItem* box) { return box->node().valid(); });
    if (selectable.empty())
        return;
    const auto now = std::ranges::find_if(selectable, [](const BoxItem* box) { return box->isSelected(); });
    const auto count = static_cast<int>(selectable.size());
    const int at =
        now == selectable.end() ? (by > 0 ? 0 : count - 1) : std::clamp(static_cast<int>(now - selectable.begin()) + by, 0, count - 1);
    selectNode(selectable[at]->node());
    emit nodeSelected(selectable[at]->node());
}

void GraphView::changeEvent(QEvent* event)
{
    QGraphicsView::changeEvent(event);
    if (event->type() != QEvent::PaletteChange || !m_laidOut)
        return;
    const QPen pen = linePen();
    for (auto* item : scene()->items())
        if (auto* line = qgraphicsitem_cast<QGraphicsPathItem*>(item))
            line->setPen(pen);
    viewport()->update();
}

} // namespace hone::studio
