// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers as people read them, and tables.
#pragma once

#include "evaluate/evaluation.h"

#include <cstdint>
#include <string>
#include <vector>

namespace hone::cli
{

std::string bytesText(std::int64_t bytes); // "1.11 MB", by thousands
std::string countText(std::int64_t count); // "41.2 M"
std::string percentText(double fraction);  // "88.28 %"
// In the metric's unit: "88.28 %", "0.953".
std::string valueText(MetricKind kind, double value);
std::string compressedText(const StaticFacts& facts); // "1.02 MB", "-" where nobody compressed it
// "88.28 % ±1.00", "0.0421 ±0.0030"; "-" where nothing was measured.
std::string metricText(const Evaluation& evaluation);
// "top-1", "MAE", ...; "metric" where nothing was measured.
std::string metricLabel(const Evaluation& evaluation);
std::string latencyText(const Evaluation& evaluation); // "0.52 ms", "-" without
std::string secondsText(double seconds);               // "4.2 s", "3 min 5 s"

// Rows of cells under a header; the first column to the left, the others to the right, two spaces between.
class Table
{
public:
    explicit Table(std::vector<std::string> header) : m_rows{std::move(header)} {}
    void add(std::vector<std::string> row) { m_rows.push_back(std::move(row)); }
    std::string text() const;

private:
    std::vector<std::vector<std::string>> m_rows;
};

// Characters on a terminal, for text without wide ones.
std::size_t displayWidth(const std::string& utf8);

} // namespace hone::cli
