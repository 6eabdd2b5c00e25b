// SPDX-License-Identifier: GPL-3.0-or-later
// What all plots share: axes, grid, fonts and colours from the theme.
#pragma once

#include <QFont>

#include <vector>

class QCustomPlot;
class QWidget;

namespace hone::studio
{

struct Palette;

// Hairline grid for y only, muted labels, no frame; repeats whenever the theme changes.
void stylePlot(QCustomPlot& plot, const Palette& palette, const QFont& font);

// 1, 2 and 5 times powers of ten within the range, for a logarithmic axis; all of them finer where the range is narrow.
std::vector<double> logarithmicTicks(double low, double high);

} // namespace hone::studio
