// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/figures.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <cmath>

namespace hone::studio
{

namespace
{

QString marked(const QString& figure, Certainty certainty)
{
    return certainty == Certainty::Estimated ? QStringLiteral("~") + figure : figure;
}

QString withSign(double value, const QString& magnitude)
{
    if (value == 0)
        return QStringLiteral("±") + magnitude;
    return (value < 0 ? QStringLiteral("\u2212") : QStringLiteral("+")) + magnitude;
}

} // namespace

QString threeDigits(double value)
{
    const double magnitude = std::abs(value);
    if (magnitude == 0)
        return QStringLiteral("0");
    const int digitsBefore = static_cast<int>(std::floor(std::log10(magnitude))) + 1;
    const int decimals = std::clamp(3 - digitsBefore, 0, 3);
    QString text = QLocale().toString(magnitude, 'f', decimals);
    return value < 0 ? QStringLiteral("\u2212") + text : text;
}

QString percentNumber(double fraction)
{
    return QLocale().toString(fraction * 100, 'f', 1);
}

QString kilobytesNumber(std::int64_t bytes)
{
    return threeDigits(static_cast<double>(bytes) / 1e3);
}

QString megaMacsNumber(std::int64_t macs)
{
    return threeDigits(static_cast<double>(macs) / 1e6);
}

QString percent(double fraction, Certainty certainty)
{
    return marked(QStringLiteral("%1 %").arg(percentNumber(fraction)), certainty);
}

QString kilobytes(std::int64_t bytes, Certainty certainty)
{
    return marked(QStringLiteral("%1 kB").arg(kilobytesNumber(bytes)), certainty);
}

QString milliseconds(double ms, Certainty certainty)
{
    return marked(QStringLiteral("%1 ms").arg(threeDigits(ms)), certainty);
}

QString relativeChange(double before, double after)
{
    if (before == 0)
        return {};
    const double change = std::round((after - before) / before * 100);
    return withSign(change, QStringLiteral("%1 %").arg(QLocale().toString(std::abs(change), 'f', 0)));
}

QString pointsChange(double beforeFraction, double afterFraction)
{
    const double points = std::round((afterFraction - beforeFraction) * 1000) / 10;
    return withSign(points, QLocale().toString(std::abs(points), 'f', 1));
}

QString duration(double seconds)
{
    const auto whole = static_cast<long long>(std::llround(seconds));
    const auto text = [](const char* pattern, long long a, long long b) {
        return QCoreApplication::translate("Duration", pattern).arg(a).arg(b);
    };
    if (whole < 60)
        return QCoreApplication::translate("Duration", "%1 s").arg(whole);
    if (whole < 3600)
        return text(QT_TRANSLATE_NOOP("Duration", "%1 min %2 s"), whole / 60, whole % 60);
    return text(QT_TRANSLATE_NOOP("Duration", "%1 h %2 min"), whole / 3600, whole % 3600 / 60);
}

} // namespace hone::studio
