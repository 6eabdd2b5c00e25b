// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/plot_style.h"

#include "theme/theme.h"

#include <qcustomplot.h>

#include <cmath>

namespace hone::studio
{

void stylePlot(QCustomPlot& plot, const Palette& palette, const QFont& font)
{
    plot.setBackground(palette.surface);
    for (auto* axis : {plot.xAxis, plot.yAxis, plot.xAxis2, plot.yAxis2}) {
        axis->setBasePen(Qt::NoPen);
        axis->setTickPen(Qt::NoPen);
        axis->setSubTickPen(Qt::NoPen);
        axis->setTickLabelColor(palette.muted);
        axis->setLabelColor(palette.muted);
        axis->setTickLabelFont(sized(font, type::small));
        axis->setLabelFont(sized(font, type::small));
        axis->setTickLabelPadding(space::unit);
        axis->grid()->setVisible(false);
    }
    plot.yAxis->grid()->setVisible(true);
    plot.yAxis->grid()->setPen(QPen(palette.line, 1));
    plot.yAxis->grid()->setZeroLinePen(QPen(palette.line, 1));
    plot.yAxis->grid()->setSubGridVisible(false);
}

std::vector<double> logarithmicTicks(double low, double high)
{
    std::vector<double> ticks;
    if (!(low > 0) || !(high > low))
        return ticks;
    // Within less than one decade three marks a decade are too few.
    const bool narrow = high / low < 6;
    const std::vector<double> factors = narrow ? std::vector<double>{1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9} : std::vector<double>{1, 2, 5};
    for (int power = static_cast<int>(std::floor(std::log10(low))); power <= std::ceil(std::log10(high)); ++power) {
        for (const double factor : factors) {
            const double tick = factor * std::pow(10.0, power);
            if (tick >= low && tick <= high)
                ticks.push_back(tick);
        }
    }
    return ticks;
}

} // namespace hone::studio
