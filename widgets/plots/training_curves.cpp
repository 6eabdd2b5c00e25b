// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/training_curves.h"

#include "plots/plot_style.h"
#include "theme/theme.h"

#include <qcustomplot.h>

#include <QEvent>
#include <QToolTip>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace hone::studio
{

struct TrainingCurves::Implementation
{
    TrainingCurves* owner;
    QCustomPlot* plot;
    std::vector<EpochResult> epochs;
    int planned = 0;
    ValidationAxis axis{tr("accuracy, %"), {}};

    explicit Implementation(TrainingCurves* curves) : owner(curves), plot(new QCustomPlot(curves))
    {
        auto* layout = new QVBoxLayout(curves);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->addWidget(plot);
        plot->setMinimumHeight(200);
        connect(plot, &QCustomPlot::mouseMove, curves, [this](QMouseEvent* event) { hover(event); });
    }

    void redraw()
    {
        const Palette& palette = Palette::of(owner);
        plot->clearPlottables();
        stylePlot(*plot, palette, owner->font());
        const QColor lossColour = palette.worse;
        const QColor metricColour = palette.better;
        plot->xAxis->setLabel(tr("epoch"));
        plot->yAxis->setLabel(tr("training loss"));
        plot->yAxis->setLabelColor(lossColour);
        plot->yAxis2->setVisible(true);
        plot->yAxis2->setLabel(tr("validation: %1").arg(axis.title));
        plot->yAxis2->setLabelColor(metricColour);
        setRanges();
        curve(plot->yAxis, lossColour, [](const EpochResult& epoch) { return epoch.trainLoss; });
        curve(plot->yAxis2, metricColour, validationOf);
        plot->replot(QCustomPlot::rpQueuedReplot);
    }

    void setRanges()
    {
        const int last = std::max({planned, static_cast<int>(epochs.size()), 2});
        plot->xAxis->setRange(0.5, last + 0.5);
        auto ticker = QSharedPointer<QCPAxisTickerFixed>::create();
        ticker->setTickStep(std::max(1.0, std::ceil(last / 12.0)));
        plot->xAxis->setTicker(ticker);
        double highLoss = 0;
        for (const auto& epoch : epochs)
            highLoss = std::max(highLoss, epoch.trainLoss);
        plot->yAxis->setRange(0, highLoss > 0 ? highLoss * 1.1 : 1);
        if (epochs.empty()) {
            plot->yAxis2->setRange(0, 100);
            return;
        }
        const auto [low, high] = std::ranges::minmax(epochs, {}, validationOf);
        const MetricKind kind = kindOf(epochs.front());
        const double margin =
            kind == MetricKind::Top1 ? 2 : 0.1 * (validationOf(high) - validationOf(low)) + 1e-3 * std::abs(validationOf(high)) + 1e-9;
        plot->yAxis2->setRange(std::max(lowest(kind), validationOf(low) - margin),
                               std::min(highest(kind).value_or(validationOf(high) + margin), validationOf(high) + margin));
    }

    static MetricKind kindOf(const EpochResult& epoch) { return epoch.validation ? epoch.validation->kind : MetricKind::Top1; }
    // In the metric's unit.
    static double validationOf(const EpochResult& epoch)
    {
        return inUnit(kindOf(epoch), epoch.validation ? epoch.validation->value : epoch.validationTop1);
    }
    QString written(double value) const { return axis.number ? axis.number(value) : QStringLiteral("%1 %").arg(value, 0, 'f', 1); }

    template<class Figure>
    void curve(QCPAxis* axis, const QColor& colour, Figure figure)
    {
        auto* graph = plot->addGraph(plot->xAxis, axis);
        graph->setPen(QPen(colour, 2));
        graph->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, colour, 5));
        for (const auto& epoch : epochs)
            graph->addData(epoch.epoch, figure(epoch));
    }

    void hover(QMouseEvent* event)
    {
        const int at = static_cast<int>(std::lround(plot->xAxis->pixelToCoord(event->position().x())));
        const auto found = std::ranges::find(epochs, at, &EpochResult::epoch);
        if (found == epochs.end()) {
            QToolTip::hideText();
            return;
        }
        QToolTip::showText(event->globalPosition().toPoint(),
                           tr("Epoch %1\ntraining loss %2\nvalidation: %3\n%4 samples/s")
                               .arg(found->epoch)
                               .arg(found->trainLoss, 0, 'f', 3)
                               .arg(written(validationOf(*found)))
                               .arg(found->samplesPerSecond, 0, 'f', 0),
                           plot);
    }
};

TrainingCurves::TrainingCurves(QWidget* parent) : QWidget(parent), m_implementation(std::make_unique<Implementation>(this))
{
    setAccessibleName(tr("Training loss and validation metric by epoch"));
    m_implementation->redraw();
}

TrainingCurves::~TrainingCurves() = default;

void TrainingCurves::setEpochs(const std::vector<EpochResult>& epochs, int plannedEpochs)
{
    m_implementation->epochs = epochs;
    m_implementation->planned = plannedEpochs;
    m_implementation->redraw();
}

void TrainingCurves::setValidationAxis(const ValidationAxis& axis)
{
    if (axis.title == m_implementation->axis.title)
        return;
    m_implementation->axis = axis;
    m_implementation->redraw();
}

void TrainingCurves::addEpoch(const EpochResult& epoch)
{
    m_implementation->epochs.push_back(epoch);
    m_implementation->redraw();
}

void TrainingCurves::clear()
{
    m_implementation->epochs.clear();
    m_implementation->planned = 0;
    m_implementation->redraw();
}

QPixmap TrainingCurves::picture()
{
    return m_implementation->plot->toPixmap(width(), height(), 2);
}

void TrainingCurves::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        m_implementation->redraw();
}

} // namespace hone::studio
