// SPDX-License-Identifier: GPL-3.0-or-later
// Puts palette, style sheet and fonts on the application.
#pragma once

#include "theme/palette.h"

#include <QFont>
#include <QString>

class QApplication;

namespace hone::studio
{

enum class ThemeChoice
{
    System,
    Light,
    Dark
};

// Sizes in pixels; weight, not colour, makes a hierarchy.
namespace type
{
constexpr int small = 11;
constexpr int body = 13;
constexpr int large = 16;
constexpr int title = 22;
} // namespace type

// Distances in pixels, on a grid of 8.
namespace space
{
constexpr int half = 4;
constexpr int unit = 8;
constexpr int card = 12;
constexpr int page = 24;
constexpr int control = 28;
constexpr int corner = 6;
constexpr int icon = 20;
} // namespace space

constexpr int motionMs = 120;

// Call once before any window, and again to change.
// family: in place of the system's font; empty: the font stays what it is.
void applyTheme(QApplication& application, ThemeChoice choice, const QString& family = {});
// The style sheet with every @token filled in.
QString styleSheet(const Palette& palette);
QFont sized(QFont font, int pixels, QFont::Weight weight = QFont::Normal);
// Fixed pitch, for command lines and recipes.
QFont fixedFont(int pixels = type::small);

} // namespace hone::studio
