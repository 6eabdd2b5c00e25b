// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace hone::cli
{
namespace
{

// Three digits that count, and the unit they go by.
std::string scaled(double value, const std::array<const char*, 5>& units)
{
    std::size_t unit = 0;
    while (std::abs(value) >= 999.5 && unit + 1 < units.size()) {
        value /= 1000;
        ++unit;
    }
    const int decimals = unit == 0 ? 0 : value < 10 ? 2 : value < 100 ? 1 : 0;
    const std::string suffix = units[unit];
    return fmt::format("{:.{}f}{}{}", value, decimals, suffix.empty() ? "" : " ", suffix);
}

} // namespace

std::string bytesText(std::int64_t bytes)
{
    return scaled(static_cast<double>(bytes), {"B", "kB", "MB", "GB", "TB"});
}

std::string countText(std::int64_t count)
{
    return scaled(static_cast<double>(count), {"", "k", "M", "G", "T"});
}

std::string percentText(double fraction)
{
    return fmt::format("{:.2f} %", fraction * 100);
}

std::string valueText(MetricKind kind, double value)
{
    return kind == MetricKind::Top1 ? percentText(value) : numberText(kind, value);
}

std::string compressedText(const StaticFacts& facts)
{
    return facts.compressedBytes ? bytesText(*facts.compressedBytes) : "-";
}

std::string metricText(const Evaluation& evaluation)
{
    const auto metric = metricOf(evaluation);
    if (!metric)
        return "-";
    if (metric->kind == MetricKind::Top1)
        return fmt::format("{} ±{:.2f}", percentText(metric->value), metric->halfWidth() * 100);
    return fmt::format("{} ±{}", numberText(metric->kind, metric->value), halfWidthText(*metric));
}

std::string metricLabel(const Evaluation& evaluation)
{
    const auto metric = metricOf(evaluation);
    return metric ? std::string(label(metric->kind)) : "metric";
}

std::string latencyText(const Evaluation& evaluation)
{
    return evaluation.latency ? fmt::format("{:.2f} ms", evaluation.latency->p50Ms) : "-";
}

std::string secondsText(double seconds)
{
    if (seconds < 60)
        return fmt::format("{:.1f} s", seconds);
    const auto whole = static_cast<long>(std::lround(seconds));
    return fmt::format("{} min {} s", whole / 60, whole % 60);
}

std::size_t displayWidth(const std::string& utf8)
{
    // Bytes that go on with a character begin with the bits 10.
    return static_cast<std::size_t>(std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }));
}

std::string Table::text() const
{
    std::vector<std::size_t> widths(m_rows.front().size());
    for (const auto& row : m_rows)
        for (std::size_t i = 0; i < std::min(row.size(), widths.size()); ++i)
            widths[i] = std::max(widths[i], displayWidth(row[i]));
    std::string text;
    for (const auto& row : m_rows) {
        std::string line;
        for (std::size_t i = 0; i < std::min(row.size(), widths.size()); ++i) {
            const std::string padding(widths[i] - displayWidth(row[i]), ' ');
            line += (i ? "  " : "") + (i == 0 ? row[i] + padding : padding + row[i]);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

} // namespace hone::cli
