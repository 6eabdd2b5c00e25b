// SPDX-License-Identifier: GPL-3.0-or-later
// Text and figures for HTML and SVG.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hone::html
{

// For element content and for attributes in double quotes. Control characters become spaces, bytes that aren't UTF-8 become "?".
std::string escaped(std::string_view text);
// At most `characters` (code points), the last one an ellipsis where it was longer.
std::string shortened(std::string_view text, std::size_t characters);
std::size_t characterCount(std::string_view utf8);

// Three significant digits with thousands separated: 0.0912, 1.23, 45.6, 789, 1,112.
std::string figure(double value);
std::string percent(double fraction);                  // "91.4"
std::string signedChange(double before, double after); // "−38 %", "+4 %", "±0 %"

} // namespace hone::html
