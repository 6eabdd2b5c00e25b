// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/scatter_plot.h"

#include "plots/plot_style.h"
#include "theme/figures.h"
#include "theme/theme.h"

#include <qcustomplot.h>

#include <QEvent>
#include <QToolTip>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace hone::studio
{
namespace
{

constexpr double pointSize = 9;
constexpr double reach = 12; // pixels within which the pointer means a point or a line

enum class Dragged
{
    Nothing,
    AtMostX,
    WorstY
};

} // namespace

struct ScatterPlot::Implementation
{
    ScatterPlot* owner;
    QCustomPlot* plot;
    ScatterAxis x;
    ScatterAxis y;
    std::vector<ScatterPoint> points;
    QString selected;
    Budget budget;
    Dragged dragged = Dragged::Nothing;

    explicit Implementation(ScatterPlot* scatter) : owner(scatter), plot(new QCustomPlot(scatter))
    {
        auto* layout = new QVBoxLayout(scatter);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->addWidget(plot);
        plot->setMinimumHeight(240);
        plot->setFocusPolicy(Qt::StrongFocus);
        connect(plot, &QCustomPlot::mousePress, scatter, [this](QMouseEvent* event) { press(event); });
        connect(plot, &QCustomPlot::mouseMove, scatter, [this](QMouseEvent* event) { move(event); });
        connect(plot, &QCustomPlot::mouseRelease, scatter, [this](QMouseEvent* event) { release(event); });
    }

    const Palette& palette() const { return Palette::of(owner); }

    bool withinBudget(const ScatterPoint& point) const
    {
        return (!budget.atMostX || point.x <= *budget.atMostX) &&
               (!budget.worstY || (y.lowerIsBetter ? point.y <= *budget.worstY : point.y >= *budget.worstY));
    }

    QPointF pixel(const ScatterPoint& point) const { return {plot->xAxis->coordToPixel(point.x), plot->yAxis->coordToPixel(point.y)}; }

    // --- drawing, always from nothing: a project has tens of builds, not thousands ---

    void redraw()
    {
        plot->clearPlottables();
        plot->clearItems();
        stylePlot(*plot, palette(), owner->font());
        setRanges();
        drawAncestry();
        drawFront();
        drawPoints();
        drawSelected();
        drawBudget();
        plot->replot(QCustomPlot::rpQueuedReplot);
    }

    void setRanges()
    {
        plot->xAxis->setLabel(x.title);
        plot->yAxis->setLabel(y.title);
        plot->xAxis->setScaleType(x.logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
        if (points.empty())
            return;
        double lowX = points[0].x, highX = lowX, lowY = points[0].yLow, highY = points[0].yHigh;
        for (const auto& point : points) {
            lowX = std::min(lowX, point.x);
            highX = std::max(highX, point.x);
            lowY = std::min(lowY, point.yLow);
            highY = std::max(highY, point.yHigh);
        }
        const double marginY = std::max({y.leastMargin, (highY - lowY) * 0.12, 1e-9 + 1e-3 * std::abs(highY)});
        plot->yAxis->setRange(std::max(y.lowest, lowY - marginY),
                              std::min(y.highest ? *y.highest + y.leastMargin : highY + marginY, highY + marginY));
        if (x.logarithmic)
            plot->xAxis->setRange(lowX / 1.4, highX * 1.4);
        else
            plot->xAxis->setRange(std::max(0.0, lowX - (highX - lowX) * 0.12 - lowX * 0.05), highX * 1.05 + (highX - lowX) * 0.12);
        setTicks();
    }

    void setTicks()
    {
        if (!x.logarithmic) {
            plot->xAxis->setTicker(QSharedPointer<QCPAxisTicker>::create());
            return;
        }
        auto ticker = QSharedPointer<QCPAxisTickerText>::create();
        for (const double tick : logarithmicTicks(plot->xAxis->range().lower, plot->xAxis->range().upper))
            ticker->addTick(tick, QLocale().toString(tick, 'g', 6));
        plot->xAxis->setTicker(ticker);
    }

    void drawAncestry()
    {
        for (const auto& point : points) {
            if (point.parent < 0 || point.parent >= static_cast<int>(points.size()))
                continue;
            auto* arrow = new QCPItemLine(plot);
            arrow->start->setCoords(points[point.parent].x, points[point.parent].y);
            arrow->end->setCoords(point.x, point.y);
            QColor faint = palette().muted;
            faint.setAlpha(110);
            arrow->setPen(QPen(faint, 1));
            arrow->setHead(QCPLineEnding(QCPLineEnding::esLineArrow, 6, 7));
            arrow->setSelectable(false);
        }
    }

    void drawFront()
    {
        std::vector<const ScatterPoint*> front;
        for (const auto& point : points)
            if (point.pareto)
                front.push_back(&point);
        std::ranges::sort(front, {}, [](const ScatterPoint* point) { return point->x; });
        auto* line = plot->addGraph();
        for (const auto* point : front)
            line->addData(point->x, point->y);
        line->setPen(QPen(palette().accent, 1.5));
    }

    void drawPoints()
    {
        for (const auto& point : points) {
            const bool counts = withinBudget(point);
            const QColor colour = point.pareto && counts ? palette().accent : palette().muted;
            auto* interval = new QCPItemLine(plot);
            interval->start->setCoords(point.x, point.yLow);
            interval->end->setCoords(point.x, point.yHigh);
            interval->setPen(QPen(counts ? colour : palette().groove, 1));
            interval->setSelectable(false);
            auto* dot = plot->addGraph();
            dot->setLineStyle(QCPGraph::lsNone);
            const bool hollow = point.original || point.estimate;
            const QColor drawn = counts ? colour : palette().groove;
            dot->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(drawn, hollow ? 2 : 1), hollow ? palette().surface : drawn,
                                                 point.original ? pointSize + 2 : pointSize));
            dot->addData(point.x, point.y);
        }
    }

    void drawSelected()
    {
        const auto found = std::ranges::find(points, selected, &ScatterPoint::id);
        if (found == points.end() || selected.isEmpty())
            return;
        auto* ring = plot->addGraph();
        ring->setLineStyle(QCPGraph::lsNone);
        ring->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(palette().accent, 1.5), Qt::NoBrush, pointSize + 10));
        ring->addData(found->x, found->y);
        auto* label = new QCPItemText(plot);
        label->setText(found->name);
        label->setFont(sized(owner->font(), type::body, QFont::DemiBold));
        label->setColor(palette().text);
        label->setPen(Qt::NoPen);
        label->setBrush(palette().surface);
        label->setPadding(QMargins(space::half, 0, space::half, 0));
        label->position->setType(QCPItemPosition::ptAbsolute);
        const QPointF at = pixel(*found);
        const bool left = at.x() > plot->axisRect()->center().x();
        const bool below = at.y() < plot->axisRect()->top() + 32;
        label->setPositionAlignment((left ? Qt::AlignRight : Qt::AlignLeft) | (below ? Qt::AlignTop : Qt::AlignBottom));
        label->position->setCoords(at + QPointF(left ? -10 : 10, below ? 10 : -10));
        label->setSelectable(false);
    }

    void drawBudget()
    {
        if (budget.atMostX) {
            drawLimit({*budget.atMostX, plot->yAxis->range().lower}, {*budget.atMostX, plot->yAxis->range().upper},
                      tr("≤ %1 %2").arg(threeDigits(*budget.atMostX), x.unit), Qt::AlignHCenter | Qt::AlignTop);
        }
        if (budget.worstY) {
            drawLimit({plot->xAxis->range().lower, *budget.worstY}, {plot->xAxis->range().upper, *budget.worstY},
                      (y.lowerIsBetter ? tr("≤ %1 %2") : tr("≥ %1 %2")).arg(written(*budget.worstY), y.unit).trimmed(),
                      Qt::AlignRight | Qt::AlignVCenter);
        }
    }

    void drawLimit(QPointF from, QPointF to, const QString& text, Qt::Alignment alignment)
    {
        auto* line = new QCPItemLine(plot);
        line->start->setCoords(from);
        line->end->setCoords(to);
        line->setPen(QPen(palette().worse, 1.2, Qt::DashLine));
        line->setSelectable(false);
        auto* tag = new QCPItemText(plot);
        tag->setText(text);
        tag->setFont(sized(owner->font(), type::small));
        tag->setColor(palette().worse);
        tag->setPen(QPen(palette().worse, 1));
        tag->setBrush(palette().surface);
        tag->setPadding(QMargins(space::unit, 3, space::unit, 3));
        tag->setPositionAlignment(alignment);
        tag->position->setCoords(to);
        tag->setSelectable(false);
    }

    // --- the pointer ---

    const ScatterPoint* pointAt(const QPointF& position) const
    {
        const ScatterPoint* nearest = nullptr;
        double best = reach;
        for (const auto& point : points) {
            const QPointF away = pixel(point) - position;
            const double distance = std::hypot(away.x(), away.y());
            if (distance < best) {
                best = distance;
                nearest = &point;
            }
        }
        return nearest;
    }

    Dragged limitAt(const QPointF& position) const
    {
        if (budget.atMostX && std::abs(plot->xAxis->coordToPixel(*budget.atMostX) - position.x()) < reach / 2)
            return Dragged::AtMostX;
        if (budget.worstY && std::abs(plot->yAxis->coordToPixel(*budget.worstY) - position.y()) < reach / 2)
            return Dragged::WorstY;
        // A new limit is pulled out of its axis.
        const QRect inner = plot->axisRect()->rect();
        if (position.x() < inner.left())
            return Dragged::WorstY;
        if (position.y() > inner.bottom())
            return Dragged::AtMostX;
        return Dragged::Nothing;
    }

    void press(QMouseEvent* event)
    {
        if (event->button() != Qt::LeftButton)
            return;
        if (const auto* point = pointAt(event->position()))
            emit owner->pointClicked(point->id);
        else
            dragged = limitAt(event->position());
    }

    void move(QMouseEvent* event)
    {
        if (dragged != Dragged::Nothing) {
            drag(event->position());
            return;
        }
        const auto* point = pointAt(event->position());
        const auto limit = point ? Dragged::Nothing : limitAt(event->position());
        plot->setCursor(point                       ? Qt::PointingHandCursor
                        : limit == Dragged::AtMostX ? Qt::SplitHCursor
                        : limit == Dragged::WorstY  ? Qt::SplitVCursor
                                                    : Qt::ArrowCursor);
        if (point)
            QToolTip::showText(event->globalPosition().toPoint(), describe(*point), plot);
        else
            QToolTip::hideText();
    }

    void drag(const QPointF& position)
    {
        const QRect inner = plot->axisRect()->rect();
        // Back over the axis it came from: no limit.
        if (dragged == Dragged::AtMostX)
            budget.atMostX = position.y() > inner.bottom() + 4 || position.x() < inner.left()
                                 ? std::nullopt
                                 : std::optional(plot->xAxis->pixelToCoord(std::min<double>(position.x(), inner.right())));
        else
            budget.worstY = position.x() < inner.left() - 4 || position.y() > inner.bottom()
                                ? std::nullopt
                                : std::optional(plot->yAxis->pixelToCoord(std::max<double>(position.y(), inner.top())));
        redraw();
    }

    void release(QMouseEvent*)
    {
        if (dragged == Dragged::Nothing)
            return;
        dragged = Dragged::Nothing;
        emit owner->budgetChanged(budget);
    }

    QString written(double value) const { return y.number ? y.number(value) : QString::number(value, 'f', 1); }

    QString describe(const ScatterPoint& point) const
    {
        const QString mark = point.estimate ? QStringLiteral("~") : QString();
        return tr("%1\n%2%3 %4 (%5 to %6)\n%7 %8")
            .arg(point.name, mark, written(point.y), y.unit, written(point.yLow), written(point.yHigh), threeDigits(point.x), x.unit);
    }
};

ScatterPlot::ScatterPlot(QWidget* parent) : QWidget(parent), m_implementation(std::make_unique<Implementation>(this))
{
    setAccessibleName(tr("Builds by what they are worth and cost, one point each"));
    setAccessibleDescription(tr("The table below holds the same figures."));
    m_implementation->redraw();
}

ScatterPlot::~ScatterPlot() = default;

void ScatterPlot::setAxes(const ScatterAxis& x, const ScatterAxis& y)
{
    m_implementation->x = x;
    m_implementation->y = y;
    m_implementation->redraw();
}

void ScatterPlot::setPoints(const std::vector<ScatterPoint>& points)
{
    m_implementation->points = points;
    m_implementation->redraw();
}

void ScatterPlot::setSelected(const QString& id)
{
    m_implementation->selected = id;
    m_implementation->redraw();
}

void ScatterPlot::setBudget(const Budget& budget)
{
    m_implementation->budget = budget;
    m_implementation->redraw();
}

QPixmap ScatterPlot::picture()
{
    return m_implementation->plot->toPixmap(width(), height(), 2);
}

void ScatterPlot::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        m_implementation->redraw();
}

void ScatterPlot::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    // The selected build's label is placed in pixels.
    m_implementation->redraw();
}

} // namespace hone::studio
