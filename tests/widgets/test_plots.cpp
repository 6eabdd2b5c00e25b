// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/plot_style.h"
#include "plots/scatter_plot.h"
#include "plots/training_curves.h"
#include "theme/palette.h"

#include <QSignalSpy>
#include <QtTest>

using namespace hone;
using namespace hone::studio;

namespace
{

std::vector<ScatterPoint> threeBuilds()
{
    return {{.id = "a", .name = "original", .x = 1000, .y = 90, .yLow = 89, .yHigh = 91, .original = true, .pareto = true},
            {.id = "b", .name = "pruned", .x = 400, .y = 88, .yLow = 87, .yHigh = 89, .parent = 0, .pareto = true},
            {.id = "c", .name = "int8", .x = 100, .y = 86, .yLow = 85, .yHigh = 87, .parent = 1, .pareto = true}};
}

// Pixels of a colour close to the given one.
int count(const QImage& image, const QColor& colour)
{
    int found = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) {
            const QColor at = image.pixelColor(x, y);
            found += std::abs(at.red() - colour.red()) + std::abs(at.green() - colour.green()) + std::abs(at.blue() - colour.blue()) < 30;
        }
    return found;
}

} // namespace

class TestPlots : public QObject
{
    Q_OBJECT

private slots:
    void ticksOfALogarithmicAxisAreRoundNumbersInsideTheRange()
    {
        QCOMPARE(logarithmicTicks(40, 1300), (std::vector<double>{50, 100, 200, 500, 1000}));
        QVERIFY(logarithmicTicks(120, 260).size() >= 2);
        QVERIFY(logarithmicTicks(0, 10).empty());
    }

    void clickingAPointNamesItsBuild()
    {
        ScatterPlot plot;
        plot.resize(640, 400);
        plot.setAxes({"file, kB", "kB", true}, {"accuracy, %", "%", false});
        plot.setPoints(threeBuilds());
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        QSignalSpy clicked(&plot, &ScatterPlot::pointClicked);
        auto* inner = plot.findChild<QWidget*>();
        // Sweep the plot; every point must answer somewhere, and only points do.
        QSet<QString> answered;
        for (int y = 0; y < inner->height(); y += 6)
            for (int x = 60; x < inner->width(); x += 6)
                QTest::mouseClick(inner, Qt::LeftButton, {}, QPoint(x, y));
        for (const auto& arguments : clicked)
            answered.insert(arguments[0].toString());
        QCOMPARE(answered, (QSet<QString>{"a", "b", "c"}));
        QVERIFY(clicked.count() < 100);
    }

    void aLimitIsPulledOutOfItsAxisAndPushedBack()
    {
        ScatterPlot plot;
        plot.resize(640, 400);
        plot.setAxes({"file, kB", "kB", true}, {"accuracy, %", "%", false});
        plot.setPoints(threeBuilds());
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        QSignalSpy changed(&plot, &ScatterPlot::budgetChanged);
        auto* inner = plot.findChild<QWidget*>();
        QTest::mousePress(inner, Qt::LeftButton, {}, QPoint(8, 200));
        QTest::mouseMove(inner, QPoint(300, 180));
        QTest::mouseRelease(inner, Qt::LeftButton, {}, QPoint(300, 180));
        QCOMPARE(changed.count(), 1);
        const auto budget = changed[0][0].value<Budget>();
        QVERIFY(budget.worstY && *budget.worstY > 80 && *budget.worstY < 95);
        QVERIFY(!budget.atMostX);
    }

    void whatFailsTheBudgetGoesGrey()
    {
        ScatterPlot plot;
        plot.resize(640, 400);
        plot.setAxes({"file, kB", "kB", true}, {"accuracy, %", "%", false});
        plot.setPoints(threeBuilds());
        const QColor accent = Palette::of(&plot).accent;
        const int before = count(plot.picture().toImage(), accent);
        plot.setBudget({.atMostX = 50, .worstY = {}});
        QVERIFY(count(plot.picture().toImage(), accent) < before);
    }

    void curvesGrowWithEachEpoch()
    {
        TrainingCurves curves;
        curves.resize(480, 260);
        const QColor blue = Palette::of(&curves).better;
        curves.setEpochs({}, 3);
        const int empty = count(curves.picture().toImage(), blue);
        curves.addEpoch({.epoch = 1, .trainLoss = 1.0, .validationTop1 = 0.7});
        const int one = count(curves.picture().toImage(), blue);
        curves.addEpoch({.epoch = 2, .trainLoss = 0.6, .validationTop1 = 0.8});
        QVERIFY(one > empty);
        QVERIFY(count(curves.picture().toImage(), blue) > one);
        curves.clear();
        QVERIFY(count(curves.picture().toImage(), blue) <= one);
    }
};

QTEST_MAIN(TestPlots)
#include "test_plots.moc"
