// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/theme.h"

#include <QApplication>
#include <QFile>
#include <QFontDatabase>
#include <QPalette>
#include <QStyleFactory>

#include <utility>
#include <vector>

// Resources of a static library register only when asked to, outside any namespace.
static void registerResources()
{
    Q_INIT_RESOURCE(studio);
}

namespace hone::studio
{

namespace
{

QPalette qtPalette(const Palette& p)
{
    QPalette palette;
    palette.setColor(QPalette::Window, p.page);
    palette.setColor(QPalette::WindowText, p.text);
    palette.setColor(QPalette::Base, p.surface);
    palette.setColor(QPalette::AlternateBase, p.page);
    palette.setColor(QPalette::Text, p.text);
    palette.setColor(QPalette::PlaceholderText, p.muted);
    palette.setColor(QPalette::Button, p.surface);
    palette.setColor(QPalette::ButtonText, p.text);
    palette.setColor(QPalette::Highlight, p.accent);
    palette.setColor(QPalette::HighlightedText, p.onAccent);
    palette.setColor(QPalette::Link, p.accent);
    palette.setColor(QPalette::ToolTipBase, p.surface);
    palette.setColor(QPalette::ToolTipText, p.text);
    palette.setColor(QPalette::Mid, p.line);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, p.muted);
    return palette;
}

bool systemIsDark()
{
    static const bool dark = QGuiApplication::palette().color(QPalette::Window).lightness() < 128;
    return dark;
}

} // namespace

QString styleSheet(const Palette& p)
{
    QFile file(QStringLiteral(":/themes/studio.qss"));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QString sheet = QString::fromUtf8(file.readAll());
    // A longer name goes before one that it begins with.
    const std::vector<std::pair<QString, QColor>> tokens = {{QStringLiteral("@accentHover"), p.accentHover},
                                                            {QStringLiteral("@accentSoft"), p.accentSoft},
                                                            {QStringLiteral("@accent"), p.accent},
                                                            {QStringLiteral("@onAccent"), p.onAccent},
                                                            {QStringLiteral("@surface"), p.surface},
                                                            {QStringLiteral("@page"), p.page},
                                                            {QStringLiteral("@rail"), p.rail},
                                                            {QStringLiteral("@line"), p.line},
                                                            {QStringLiteral("@rowSelected"), p.rowSelected},
                                                            {QStringLiteral("@groove"), p.groove},
                                                            {QStringLiteral("@text"), p.text},
                                                            {QStringLiteral("@muted"), p.muted},
                                                            {QStringLiteral("@better"), p.better},
                                                            {QStringLiteral("@worse"), p.worse}};
    for (const auto& [token, colour] : tokens)
        sheet.replace(token, colour.name());
    sheet.replace(QStringLiteral("@theme"), p.dark ? QStringLiteral("dark") : QStringLiteral("light"));
    return sheet;
}

void applyTheme(QApplication& application, ThemeChoice choice, const QString& family)
{
    registerResources();
    const bool dark = choice == ThemeChoice::Dark || (choice == ThemeChoice::System && systemIsDark());
    const Palette& palette = dark ? Palette::night() : Palette::light();
    application.setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    application.setPalette(qtPalette(palette));
    QFont font = application.font();
    if (!family.isEmpty())
        font.setFamily(family);
    application.setFont(sized(font, type::body));
    application.setStyleSheet(styleSheet(palette));
}

QFont sized(QFont font, int pixels, QFont::Weight weight)
{
    font.setPixelSize(pixels);
    font.setWeight(weight);
    return font;
}

QFont fixedFont(int pixels)
{
    return sized(QFontDatabase::systemFont(QFontDatabase::FixedFont), pixels);
}

} // namespace hone::studio
