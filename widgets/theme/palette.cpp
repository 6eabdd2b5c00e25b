// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/palette.h"

#include <QGuiApplication>
#include <QPalette>

#include <algorithm>
#include <cmath>

namespace hone::studio
{

namespace
{

constexpr std::array<QRgb, 7> okabeIto = {0xff0072b2, 0xffe69f00, 0xff009e73, 0xffcc79a7, 0xff56b4e9, 0xffd55e00, 0xfff0e442};

std::array<QColor, 7> seriesColours()
{
    std::array<QColor, 7> colours;
    std::transform(okabeIto.begin(), okabeIto.end(), colours.begin(), [](QRgb rgb) { return QColor(rgb); });
    return colours;
}

Palette makeLight()
{
    Palette palette;
    palette.surface = QColor(0xffffff);
    palette.page = QColor(0xf6f7f9);
    palette.rail = QColor(0xeef0f4);
    palette.line = QColor(0xe3e6eb);
    palette.rowSelected = QColor(0xf0f3f7);
    palette.groove = QColor(0xdfe3ea);
    palette.text = QColor(0x1b1f27);
    palette.muted = QColor(0x5f687b);
    palette.accent = QColor(0x0b7285);
    palette.accentSoft = QColor(0xe3f4f6);
    palette.onAccent = QColor(0xffffff);
    palette.accentHover = QColor(0x095f6f);
    palette.better = QColor(0x1864ab);
    palette.worse = QColor(0xb35208);
    palette.series = seriesColours();
    return palette;
}

Palette makeNight()
{
    Palette palette;
    palette.dark = true;
    palette.surface = QColor(0x1b1f26);
    palette.page = QColor(0x14171c);
    palette.rail = QColor(0x101318);
    palette.line = QColor(0x2b313b);
    palette.rowSelected = QColor(0x222831);
    palette.groove = QColor(0x333b47);
    palette.text = QColor(0xe7eaf0);
    palette.muted = QColor(0x95a0b2);
    palette.accent = QColor(0x3bc9db);
    palette.accentSoft = QColor(0x123239);
    palette.onAccent = QColor(0x101318);
    palette.accentHover = QColor(0x66d9e8);
    palette.better = QColor(0x74c0fc);
    palette.worse = QColor(0xffa94d);
    palette.series = seriesColours();
    return palette;
}

double linear(double channel)
{
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& colour)
{
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
}

} // namespace

QColor Palette::bitsGround(int bits) const
{
    switch (bits) {
    case 4: return dark ? QColor(0x3a2f14) : QColor(0xfbeccb);
    case 8: return dark ? QColor(0x172f39) : QColor(0xcee3e7);
    case 16: return dark ? QColor(0x2b264c) : QColor(0xe2dafa);
    default: return dark ? QColor(0x2b313b) : QColor(0xe3e6eb);
    }
}

QColor Palette::bitsText(int bits) const
{
    switch (bits) {
    case 4: return dark ? QColor(0xf0c419) : QColor(0x6b4a00);
    case 8: return dark ? QColor(0x3bc9db) : QColor(0x085c6b);
    case 16: return dark ? QColor(0xb197fc) : QColor(0x5f3dc4);
    default: return dark ? QColor(0xb8c0cf) : QColor(0x454d5e);
    }
}

QColor Palette::heat(double position) const
{
    static constexpr std::array<QRgb, 6> stops = {0xff00224e, 0xff35456c, 0xff666970, 0xff948e77, 0xffc8b866, 0xfffee838};
    const double place = std::clamp(position, 0.0, 1.0) * (stops.size() - 1);
    const auto low = std::min<std::size_t>(static_cast<std::size_t>(place), stops.size() - 2);
    const double share = place - static_cast<double>(low);
    const QColor from(stops[low]), to(stops[low + 1]);
    return QColor::fromRgbF(std::lerp(from.redF(), to.redF(), share), std::lerp(from.greenF(), to.greenF(), share),
                            std::lerp(from.blueF(), to.blueF(), share));
}

const Palette& Palette::light()
{
    static const Palette palette = makeLight();
    return palette;
}

const Palette& Palette::night()
{
    static const Palette palette = makeNight();
    return palette;
}

const Palette& Palette::of(const QWidget*)
{
    // A hidden widget's own palette lags behind the application's, and style sheets change parts of it.
    return QGuiApplication::palette().color(QPalette::Window).lightness() < 128 ? night() : light();
}

double contrast(const QColor& one, const QColor& other)
{
    const double a = luminance(one), b = luminance(other);
    return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

} // namespace hone::studio
