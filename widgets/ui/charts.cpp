// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts.h"

#include "theme/figures.h"
#include "theme/theme.h"

#include <QPainter>

#include <algorithm>

namespace hone::studio
{

namespace
{
constexpr int barsHeight = 72;
constexpr int stepHeight = 28;
} // namespace

ImportanceBars::ImportanceBars(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void ImportanceBars::setImportance(std::vector<double> importance, std::size_t kept)
{
    std::sort(importance.begin(), importance.end());
    m_sorted = std::move(importance);
    m_kept = kept;
    setAccessibleName(tr("Importance by channel: %1 of %2 channels stay").arg(m_kept).arg(m_sorted.size()));
    update();
}

QSize ImportanceBars::sizeHint() const
{
    return {200, barsHeight};
}

void ImportanceBars::paintEvent(QPaintEvent*)
{
    if (m_sorted.empty())
        return;
    const Palette& palette = Palette::of(this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    const double step = width() / static_cast<double>(m_sorted.size());
    const double gap = step > 4 ? 2 : 0;
    const double highest = std::max(m_sorted.back(), 1e-12);
    const std::size_t going = m_sorted.size() - std::min(m_kept, m_sorted.size());
    for (std::size_t i = 0; i < m_sorted.size(); ++i) {
        const double bar = std::max(2.0, m_sorted[i] / highest * height());
        painter.setBrush(i < going ? palette.groove : palette.accent);
        painter.drawRect(QRectF(static_cast<double>(i) * step, height() - bar, std::max(0.5, step - gap), bar));
    }
}

Waterfall::Waterfall(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void Waterfall::setSteps(std::vector<Step> steps)
{
    m_steps = std::move(steps);
    QStringList told;
    for (const Step& step : m_steps)
        told << QStringLiteral("%1 %2").arg(step.name, step.figure);
    setAccessibleName(told.join(QStringLiteral(", ")));
    updateGeometry();
    update();
}

QSize Waterfall::sizeHint() const
{
    return {200, static_cast<int>(m_steps.size()) * stepHeight};
}

void Waterfall::paintEvent(QPaintEvent*)
{
    if (m_steps.empty())
        return;
    const Palette& palette = Palette::of(this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QFont small = sized(font(), type::small);
    const QFont name = sized(font(), 12);
    const int nameWidth = width() * 38 / 100;
    int figureWidth = 0;
    for (const Step& step : m_steps)
        figureWidth = std::max(figureWidth, QFontMetrics(small).horizontalAdvance(step.figure) + 6);
    const int room = width() - nameWidth - figureWidth - space::unit;

    double low = m_steps.front().value, high = low;
    for (const Step& step : m_steps) {
        low = std::min(low, step.value);
        high = std::max(high, step.value);
    }
    // The first bar is cut off: it starts left of the lowest value.
    const double pad = std::max({0.005 * std::abs(high), 1e-9, (high - low) * 0.35});
    const auto place = [&](double value) { return nameWidth + (value - low + pad) / (high - low + pad) * room; };

    for (std::size_t i = 0; i < m_steps.size(); ++i) {
        const QRect row(0, static_cast<int>(i) * stepHeight, width(), stepHeight);
        const double value = m_steps[i].value;
        const double before = i == 0 ? low - pad : m_steps[i - 1].value;
        painter.setFont(name);
        painter.setPen(palette.text);
        painter.drawText(row.adjusted(0, 0, nameWidth - width() - space::unit, 0), Qt::AlignVCenter | Qt::AlignLeft,
                         QFontMetrics(name).elidedText(m_steps[i].name, Qt::ElideRight, nameWidth - space::unit));
        const double from = std::min(place(before), place(value)), to = std::max(place(before), place(value));
        painter.setPen(Qt::NoPen);
        painter.setBrush(i == 0 ? palette.groove : m_steps[i].better ? palette.better : palette.worse);
        painter.drawRoundedRect(QRectF(from, row.top() + 6, std::max(2.0, to - from), stepHeight - 12), 2, 2);
        painter.setFont(small);
        painter.setPen(palette.muted);
        painter.drawText(row, Qt::AlignVCenter | Qt::AlignRight, m_steps[i].figure);
    }
}

} // namespace hone::studio
