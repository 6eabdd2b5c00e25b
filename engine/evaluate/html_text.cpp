// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluate/html_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace hone::html
{
namespace
{

// Length of the well-formed UTF-8 sequence at `at`; 0 where there is none.
std::size_t sequenceLength(std::string_view text, std::size_t at)
{
    const auto byte = static_cast<unsigned char>(text[at]);
    const std::size_t length = byte < 0x80                   ? 1
                               : byte >= 0xC2 && byte < 0xE0 ? 2
                               : byte >= 0xE0 && byte < 0xF0 ? 3
                               : byte >= 0xF0 && byte < 0xF5 ? 4
                                                             : 0;
    if (length == 0 || at + length > text.size())
        return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((static_cast<unsigned char>(text[at + i]) & 0xC0) != 0x80)
            return 0;
    return length;
}

} // namespace

std::string escaped(std::string_view text)
{
    std::string result;
    for (std::size_t i = 0; i < text.size();) {
        const auto length = sequenceLength(text, i);
        const char c = text[i];
        if (length == 0)
            result += '?';
        else if (length > 1)
            result += text.substr(i, length);
        else if (c == '&')
            result += "&amp;";
        else if (c == '<')
            result += "&lt;";
        else if (c == '>')
            result += "&gt;";
        else if (c == '"')
            result += "&quot;";
        else if (c == '\'')
            result += "&#39;";
        else
            result += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
        i += std::max<std::size_t>(1, length);
    }
    return result;
}

std::size_t characterCount(std::string_view utf8)
{
    return static_cast<std::size_t>(std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string shortened(std::string_view text, std::size_t characters)
{
    if (characterCount(text) <= characters)
        return std::string(text);
    std::size_t end = 0;
    for (std::size_t seen = 0; end < text.size(); ++end) {
        const bool starts = (static_cast<unsigned char>(text[end]) & 0xC0) != 0x80;
        if (starts && ++seen == characters)
            break;
    }
    return std::string(text.substr(0, end)) + "…";
}

std::string figure(double value)
{
    if (!std::isfinite(value))
        return "–";
    const double size = std::abs(value);
    const int decimals = size == 0 ? 0 : size < 0.995 ? 3 : size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
    auto text = fmt::format("{:.{}f}", size, decimals);
    const auto point = std::min(text.find('.'), text.size());
    for (auto at = point; at > 3;) {
        at -= 3;
        text.insert(at, ",");
    }
    return (value < 0 ? "−" : "") + text;
}

std::string percent(double fraction)
{
    return fmt::format("{:.1f}", 100 * fraction);
}

std::string signedChange(double before, double after)
{
    if (before == 0)
        return {};
    const double change = std::round(100 * (after - before) / before);
    if (change == 0)
        return "±0 %";
    return fmt::format("{}{:.0f} %", change < 0 ? "−" : "+", std::abs(change));
}

} // namespace hone::html
