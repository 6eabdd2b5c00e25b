// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/icons.h"

#include "theme/theme.h"

#include <QFile>
#include <QPainter>
#include <QSvgRenderer>

#include <cmath>

namespace hone::studio
{

QPixmap iconPixmap(const QString& name, const QColor& colour, int size, double devicePixelRatio)
{
    QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QByteArray svg = file.readAll();
    svg.replace("currentColor", colour.name().toUtf8());
    QSvgRenderer renderer(svg);
    const int pixels = static_cast<int>(std::ceil(size * devicePixelRatio));
    QPixmap pixmap(pixels, pixels);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    renderer.render(&painter);
    painter.end();
    pixmap.setDevicePixelRatio(devicePixelRatio);
    return pixmap;
}

QIcon icon(const QString& name, const QColor& colour)
{
    QIcon result;
    for (const double ratio : {1.0, 2.0})
        result.addPixmap(iconPixmap(name, colour, space::icon, ratio));
    return result;
}

QIcon icon(const QString& name, const QColor& colour, const QColor& checked)
{
    QIcon result = icon(name, colour);
    for (const double ratio : {1.0, 2.0})
        result.addPixmap(iconPixmap(name, checked, space::icon, ratio), QIcon::Normal, QIcon::On);
    return result;
}

} // namespace hone::studio
