// SPDX-License-Identifier: GPL-3.0-or-later
// The model's graph: zoomed with the wheel and Ctrl, or with + and -, moved by dragging, selected by clicking or with the arrow keys.
#pragma once

#include "graphview/dot_layouter.h"

#include <QGraphicsView>

#include <vector>

namespace hone::studio
{

class BoxItem;

class GraphView : public QGraphicsView
{
    Q_OBJECT

public:
    explicit GraphView(QWidget* parent = nullptr);
    ~GraphView() override;

    // The drawing as made on a worker by drawingOf(); laid out meanwhile, shown when ready.
    void setDrawing(GraphDrawing drawing);
    void clear();
    void selectNode(NodeId node);
    NodeId selectedNode() const;
    bool isLaidOut() const { return m_laidOut; }

public slots:
    void zoomIn();
    void zoomOut();
    void showAll();

signals:
    void nodeSelected(hone::NodeId node);
    void laidOut();

protected:
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void place(const GraphLayout& layout);
    void showBeginning();
    void stepSelection(int by);
    void announceSelection();
    QPen linePen() const;

    GraphDrawing m_drawing;
    DotLayouter m_layouter;
    std::vector<BoxItem*> m_boxes; // owned by the scene
    bool m_laidOut = false;
    bool m_announcing = true;
};

} // namespace hone::studio
