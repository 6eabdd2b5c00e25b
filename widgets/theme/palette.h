// SPDX-License-Identifier: GPL-3.0-or-later
// The studio's colours, by what they are for. Every text colour keeps WCAG AA (4.5 to 1) on the grounds it is used on.
#pragma once

#include <QColor>

#include <array>

class QWidget;

namespace hone::studio
{

struct Palette
{
    bool dark = false;

    QColor surface; // cards, panels
    QColor page;    // behind cards
    QColor rail;
    QColor line;        // hairlines between rows and panels
    QColor rowSelected; // a row of a table that is looked at
    QColor groove;      // empty part of bars and sliders

    QColor text;
    QColor muted; // second line, labels, axes

    QColor accent; // the primary action and the selected build; nothing else
    QColor accentSoft;
    QColor onAccent;
    QColor accentHover;

    QColor better; // blue
    QColor worse;  // orange

    std::array<QColor, 7> series; // Okabe and Ito 2008, without black

    // One colour a bit width, everywhere.
    QColor bitsGround(int bits) const;
    QColor bitsText(int bits) const;
    // Cividis (Nunez, Anderton and Renslow 2018); position from 0 to 1.
    QColor heat(double position) const;

    static const Palette& light();
    static const Palette& night();
    // The one a widget is drawn with. A change arrives as QEvent::PaletteChange.
    static const Palette& of(const QWidget* widget);
};

// WCAG 2.1, "contrast ratio": from 1 to 21.
double contrast(const QColor& one, const QColor& other);

} // namespace hone::studio
