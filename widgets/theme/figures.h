// SPDX-License-Identifier: GPL-3.0-or-later
// Figures as people read them: three significant digits, the locale's marks, a true minus, '~' before an estimate.
#pragma once

#include <QString>

#include <cstdint>

namespace hone::studio
{

enum class Certainty
{
    Measured,
    Estimated // marked "~"
};

// 0.0912, 1.23, 45.6, 789, 1,112; at most three decimals.
QString threeDigits(double value);
// The number without its unit, for a column whose head names the unit.
QString percentNumber(double fraction); // one decimal: 91.4
QString kilobytesNumber(std::int64_t bytes);
QString megaMacsNumber(std::int64_t macs);
// With the unit.
QString percent(double fraction, Certainty certainty = Certainty::Measured);      // "91.4 %"
QString kilobytes(std::int64_t bytes, Certainty certainty = Certainty::Measured); // "147 kB"; 1 kB is 1,000 bytes
QString milliseconds(double ms, Certainty certainty = Certainty::Measured);
// Relative change "−38 %", "+4 %", "±0 %"; empty where `before` is 0.
QString relativeChange(double before, double after);
// Change in points "−0.3", "+1.4".
QString pointsChange(double beforeFraction, double afterFraction);
// "1 min 40 s", "12 s", "2 h 5 min".
QString duration(double seconds);

} // namespace hone::studio
