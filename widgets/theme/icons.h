// SPDX-License-Identifier: GPL-3.0-or-later
// The one icon set: SVGs of 20 px in resources/icons, drawn with currentColor and tinted from the palette.
#pragma once

#include <QColor>
#include <QIcon>
#include <QPixmap>
#include <QString>

namespace hone::studio
{

// name: the file's, without ending ("slim"). Null where there is no such icon.
QPixmap iconPixmap(const QString& name, const QColor& colour, int size, double devicePixelRatio);
// Sharp at every ratio of the screens that are connected.
QIcon icon(const QString& name, const QColor& colour);
// Two colours: as it is, and when checked.
QIcon icon(const QString& name, const QColor& colour, const QColor& checked);

} // namespace hone::studio
