// SPDX-License-Identifier: GPL-3.0-or-later
// One point a build: a cost on x, its metric with its interval on y; Pareto front as a line, thin lines from parent to child.
#pragma once

#include <QString>
#include <QWidget>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace hone::studio
{

struct ScatterPoint
{
    QString id;   // the build's
    QString name; // shown
    double x = 0; // in the axis's unit
    double y = 0;
    double yLow = 0;
    double yHigh = 0;
    int parent = -1;       // index into the points; -1: none
    bool original = false; // drawn as a ring
    bool pareto = false;
    bool estimate = false; // drawn hollow
};

struct ScatterAxis
{
    QString title; // "file, kB (log)"
    QString unit;  // "kB", as a budget's tag shows it
    bool logarithmic = false;
    bool lowerIsBetter = false;                 // a limit on it is an upper one
    double lowest = 0;                          // the axis ends there at the latest
    std::optional<double> highest = {};         // the same; none: as high as the points
    double leastMargin = 0.5;                   // around the points
    std::function<QString(double)> number = {}; // how a value is written; none: with one decimal
};

// Limits dragged from the axes. What fails them is drawn grey.
struct Budget
{
    std::optional<double> atMostX;
    std::optional<double> worstY; // at least, or where lower is better at most
    bool operator==(const Budget&) const = default;
};

class ScatterPlot : public QWidget
{
    Q_OBJECT
public:
    explicit ScatterPlot(QWidget* parent = nullptr);
    ~ScatterPlot() override;

    void setAxes(const ScatterAxis& x, const ScatterAxis& y);
    void setPoints(const std::vector<ScatterPoint>& points);
    void setSelected(const QString& id); // marked and labelled; empty: none
    void setBudget(const Budget& budget);
    QPixmap picture();

signals:
    void pointClicked(const QString& id);
    void budgetChanged(const hone::studio::Budget& budget);

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    struct Implementation;
    std::unique_ptr<Implementation> m_implementation;
};

} // namespace hone::studio
