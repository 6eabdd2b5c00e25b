// SPDX-License-Identifier: GPL-3.0-or-later
#include "graphview/dot_layouter.h"
#include "graphview/graph_view.h"

#include <QElapsedTimer>
#include <QFile>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

using namespace hone;
using namespace hone::studio;

namespace
{

// input -> Relu_1 -> ... -> Relu_n, and an Add that reads the first and the last.
Graph chainWithSkip(int length)
{
    Graph graph;
    graph.opsets[""] = 13;
    const ValueType type{DType::Float32, Shape{Dim::free("N"), Dim::fixed(4)}};
    const auto input = graph.addValue({"input", type, {}});
    graph.inputs = {input};
    ValueId last = input;
    for (int i = 1; i <= length; ++i) {
        const auto output = graph.addComputed("v" + std::to_string(i));
        graph.addNode({"relu_" + std::to_string(i), "Relu", "", {last}, {output}, {}});
        last = output;
    }
    const auto sum = graph.addComputed("sum");
    graph.addNode({"add", "Add", "", {input, last}, {sum}, {}});
    graph.outputs = {sum};
    return graph;
}

} // namespace

class TestGraphView : public QObject
{
    Q_OBJECT

private slots:
    void nodesInputsAndOutputsBecomeBoxes()
    {
        const auto drawing = drawingOf(chainWithSkip(3));
        QCOMPARE(drawing.boxes.size(), std::size_t(6)); // input, 3 Relu, Add, output
        QCOMPARE(drawing.lines.size(), std::size_t(6)); // 4 of the chain, the skip, the output
        QCOMPARE(drawing.boxes[0].kind, BoxKind::Input);
        QCOMPARE(drawing.boxes[4].kind, BoxKind::Join);
        QCOMPARE(drawing.boxes[1].detail, QStringLiteral("[N, 4]"));
    }

    void aValueFromFarAwayEndsInAStub()
    {
        const auto drawing = drawingOf(chainWithSkip(20), 10);
        const auto isStub = [](const DrawnBox& box) { return box.kind == BoxKind::Stub; };
        QCOMPARE(std::ranges::count_if(drawing.boxes, isStub), 1);
        QCOMPARE(std::ranges::count_if(drawingOf(chainWithSkip(20), 30).boxes, isStub), 0);
    }

    void layersPutEveryBoxBelowWhatItReads()
    {
        const auto drawing = drawingOf(chainWithSkip(12), 5);
        const auto layout = layeredLayout(drawing);
        for (const auto& line : drawing.lines)
            QVERIFY(layout.boxes[line.from].bottom() < layout.boxes[line.to].top());
    }

    void boxesOfALayoutDoNotOverlap()
    {
        const auto layout = layeredLayout(drawingOf(chainWithSkip(12), 5));
        for (std::size_t i = 0; i < layout.boxes.size(); ++i)
            for (std::size_t j = i + 1; j < layout.boxes.size(); ++j)
                QVERIFY(!layout.boxes[i].intersects(layout.boxes[j]));
    }

    void dotsAnswerIsReadBack()
    {
        // Two boxes, one above the other, on a page 2 inches high: y is counted from the bottom.
        GraphDrawing drawing;
        drawing.boxes.resize(2);
        drawing.lines.push_back({0, 1});
        const auto layout = fromDotPlain("graph 1 2 2\nnode 0 1 1.5 1 1 \"\" solid box black lightgrey\n"
                                         "node 1 1 0.5 1 1 \"\" solid box black lightgrey\n"
                                         "edge 0 1 4 1 1.2 1 1.1 1 0.9 1 0.8 solid black\nstop\n",
                                         drawing);
        QVERIFY(layout.has_value());
        QCOMPARE(layout->boxes[0].center(), QPointF(72, 36));
        QCOMPARE(layout->boxes[1].center(), QPointF(72, 108));
        QCOMPARE(layout->lines[0].size(), std::size_t(4));
        QVERIFY(!fromDotPlain("graph 1 2 2\nstop\n", drawing));
    }

    void dotLaysOutARealGraph()
    {
        if (QStandardPaths::findExecutable(QStringLiteral("dot")).isEmpty())
            QSKIP("Graphviz is not installed");
        const auto drawing = drawingOf(chainWithSkip(12));
        DotLayouter layouter(QStringLiteral("dot"), 20000);
        QSignalSpy ready(&layouter, &DotLayouter::layoutReady);
        layouter.start(drawing);
        QVERIFY(ready.wait(20000));
        const auto layout = ready[0][0].value<GraphLayout>();
        for (const auto& line : drawing.lines)
            QVERIFY(layout.boxes[line.from].top() < layout.boxes[line.to].top());
    }

    void aSlowProgramIsGivenUpForThePlainOrder()
    {
        QTemporaryDir folder;
        QFile script(folder.filePath(QStringLiteral("slow")));
        QVERIFY(script.open(QIODevice::WriteOnly));
        script.write("#!/bin/sh\nexec sleep 60\n");
        script.close();
        script.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        DotLayouter layouter(script.fileName(), 50);
        QSignalSpy ready(&layouter, &DotLayouter::layoutReady);
        layouter.start(drawingOf(chainWithSkip(3)));
        QVERIFY(ready.wait(10000));
        QCOMPARE(ready[0][0].value<GraphLayout>().boxes.size(), std::size_t(6));
    }

    void aMissingProgramIsNoFailure()
    {
        DotLayouter layouter(QStringLiteral("/nowhere/dot"));
        QSignalSpy ready(&layouter, &DotLayouter::layoutReady);
        layouter.start(drawingOf(chainWithSkip(3)));
        QTRY_COMPARE(ready.count(), 1);
    }

    void aClickedOrSteppedNodeIsTold()
    {
        GraphView view;
        view.resize(400, 600);
        view.show();
        const auto graph = chainWithSkip(3);
        QSignalSpy laidOut(&view, &GraphView::laidOut);
        view.setDrawing(drawingOf(graph));
        QVERIFY(laidOut.wait(10000));
        QSignalSpy selected(&view, &GraphView::nodeSelected);
        QTest::keyClick(&view, Qt::Key_Down);
        QCOMPARE(selected.count(), 1);
        QCOMPARE(view.selectedNode(), graph.order().front());
        // Selecting from outside is silent, so that two views can follow each other.
        view.selectNode(graph.order().back());
        QCOMPARE(selected.count(), 1);
        QCOMPARE(view.selectedNode(), graph.order().back());
    }
};

QTEST_MAIN(TestGraphView)
#include "test_graphview.moc"
