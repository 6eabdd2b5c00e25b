// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/sensitivity_plot.h"

#include "plots/plot_style.h"
#include "theme/theme.h"

#include <qcustomplot.h>

#include <QEvent>
#include <QToolTip>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace hone::studio
{

namespace
{

constexpr double nearPixels = 14;
constexpr float faintness = 0.5F; // of the lines that aren't selected

// Between measured points along straight lines, as it is drawn.
double valueAt(const Sensitivity& curves, const SensitivityGroup& group, double ratio)
{
    double lastRatio = 0;
    double lastValue = curves.value;
    for (const SensitivityPoint& point : group.points) {
        if (ratio <= point.ratio)
            return lastValue + (point.value - lastValue) * (ratio - lastRatio) / (point.ratio - lastRatio);
        lastRatio = point.ratio;
        lastValue = point.value;
    }
    return lastValue;
}

} // namespace

struct SensitivityPlot::Implementation
{
    SensitivityPlot* owner;
    QCustomPlot* plot;
    std::optional<Sensitivity> curves;
    ValidationAxis axis;
    std::vector<double> planned;
    int selected = -1;

    explicit Implementation(SensitivityPlot* widget) : owner(widget), plot(new QCustomPlot(widget))
    {
        auto* layout = new QVBoxLayout(widget);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->addWidget(plot);
        plot->setMinimumHeight(220);
        connect(plot, &QCustomPlot::mouseMove, widget, [this](QMouseEvent* event) { hover(event); });
        connect(plot, &QCustomPlot::mousePress, widget, [this](QMouseEvent* event) {
            if (const int group = owner->groupAt(event->position().toPoint()); group >= 0)
                emit owner->groupClicked(group);
        });
    }

    double shown(double value) const { return inUnit(curves->metric, value); }

    void redraw()
    {
        const Palette& palette = Palette::of(owner);
        plot->clearPlottables();
        stylePlot(*plot, palette, owner->font());
        plot->xAxis->setLabel(tr("channels of the group that go, %"));
        plot->xAxis->setRange(0, 100);
        plot->yAxis->setLabel(axis.title);
        if (curves) {
            setRange();
            QColor faint = palette.muted;
            faint.setAlphaF(faintness);
            line(QPen(palette.muted, 1, Qt::DashLine), {{0, curves->value}, {1, curves->value}});
            for (int group = 0; group < static_cast<int>(curves->groups.size()); ++group)
                if (group != selected)
                    curve(group, QPen(faint, 1), {});
            if (selected >= 0) {
                curve(selected, QPen(palette.better, 2), QCPScatterStyle(QCPScatterStyle::ssDisc, palette.better, 6));
                markPlanned(palette);
            }
        }
        plot->replot(QCustomPlot::rpQueuedReplot);
    }

    void setRange()
    {
        double low = curves->value;
        double high = curves->value;
        for (const SensitivityGroup& group : curves->groups)
            for (const SensitivityPoint& point : group.points) {
                low = std::min(low, point.value);
                high = std::max(high, point.value);
            }
        const double margin = 0.05 * (shown(high) - shown(low)) + 1e-3 * std::abs(shown(high)) + 1e-9;
        plot->yAxis->setRange(std::max(lowest(curves->metric), shown(low) - margin),
                              std::min(highest(curves->metric).value_or(shown(high) + margin), shown(high) + margin));
    }

    QCPGraph* line(const QPen& pen, const std::vector<std::pair<double, double>>& places)
    {
        auto* graph = plot->addGraph();
        graph->setPen(pen);
        for (const auto& [ratio, value] : places)
            graph->addData(100 * ratio, shown(value));
        return graph;
    }

    void curve(int group, const QPen& pen, const QCPScatterStyle& scatter)
    {
        std::vector<std::pair<double, double>> places{{0, curves->value}};
        for (const SensitivityPoint& point : curves->groups[static_cast<std::size_t>(group)].points)
            places.emplace_back(point.ratio, point.value);
        line(pen, places)->setScatterStyle(scatter);
    }

    // Hollow, since it is no measurement.
    void markPlanned(const Palette& palette)
    {
        const auto group = static_cast<std::size_t>(selected);
        if (group >= planned.size() || planned[group] <= 0)
            return;
        auto* mark = line(QPen(Qt::NoPen), {{planned[group], valueAt(*curves, curves->groups[group], planned[group])}});
        mark->setLineStyle(QCPGraph::lsNone);
        mark->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(palette.text, 2), QBrush(palette.surface), 12));
    }

    void hover(QMouseEvent* event)
    {
        const int group = owner->groupAt(event->position().toPoint());
        if (group < 0) {
            QToolTip::hideText();
            return;
        }
        const SensitivityGroup& found = curves->groups[static_cast<std::size_t>(group)];
        const double ratio = plot->xAxis->pixelToCoord(event->position().x()) / 100;
        const auto nearest =
            std::ranges::min_element(found.points, {}, [&](const SensitivityPoint& point) { return std::abs(point.ratio - ratio); });
        QToolTip::showText(event->globalPosition().toPoint(),
                           tr("%1\n%2 of %3 channels stay: %4")
                               .arg(QString::fromStdString(found.name))
                               .arg(nearest->channels)
                               .arg(found.channels)
                               .arg(axis.number ? axis.number(shown(nearest->value)) : QString::number(shown(nearest->value))),
                           plot);
    }
};

SensitivityPlot::SensitivityPlot(QWidget* parent) : QWidget(parent), m_implementation(std::make_unique<Implementation>(this))
{
    setAccessibleName(tr("What each group loses alone, by the share of its channels that goes"));
    m_implementation->redraw();
}

SensitivityPlot::~SensitivityPlot() = default;

void SensitivityPlot::setCurves(const Sensitivity& curves, const ValidationAxis& axis)
{
    m_implementation->curves = curves;
    m_implementation->axis = axis;
    m_implementation->selected = std::min(m_implementation->selected, static_cast<int>(curves.groups.size()) - 1);
    m_implementation->redraw();
}

void SensitivityPlot::clear()
{
    m_implementation->curves.reset();
    m_implementation->planned.clear();
    m_implementation->selected = -1;
    m_implementation->redraw();
}

void SensitivityPlot::setSelected(int group)
{
    const int groups = m_implementation->curves ? static_cast<int>(m_implementation->curves->groups.size()) : 0;
    m_implementation->selected = group < groups ? group : -1;
    m_implementation->redraw();
}

void SensitivityPlot::setPlanned(std::vector<double> ratios)
{
    m_implementation->planned = std::move(ratios);
    m_implementation->redraw();
}

QPixmap SensitivityPlot::picture()
{
    return m_implementation->plot->toPixmap(width(), height(), 2);
}

int SensitivityPlot::groupAt(const QPoint& place) const
{
    const auto& [owner, plot, curves, axis, planned, selected] = *m_implementation;
    if (!curves)
        return -1;
    const double ratio = plot->xAxis->pixelToCoord(place.x()) / 100;
    int found = -1;
    double nearest = nearPixels;
    for (std::size_t group = 0; group < curves->groups.size(); ++group) {
        const auto& points = curves->groups[group].points;
        if (points.empty() || ratio < 0 || ratio > points.back().ratio + 0.02)
            continue;
        const double height = plot->yAxis->coordToPixel(m_implementation->shown(valueAt(*curves, curves->groups[group], ratio)));
        // Of lines on top of each other the one that stands out.
        const double distance = std::abs(height - place.y()) - (static_cast<int>(group) == selected ? 1 : 0);
        if (distance < nearest) {
            nearest = distance;
            found = static_cast<int>(group);
        }
    }
    return found;
}

void SensitivityPlot::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        m_implementation->redraw();
}

} // namespace hone::studio
