// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/range_collector.h"

#include <algorithm>
#include <cmath>

namespace hone
{
namespace
{

// The smallest k for which a magnitude lies inside binsOneSide bins of width 2^k.
int exponentFor(float magnitude)
{
    int exponent = 0;
    std::frexp(magnitude, &exponent); // magnitude < 2^exponent
    constexpr int binBits = 12;
    constexpr int smallestExponent = -100; // keeps 1 / width a finite float
    static_assert((1 << binBits) == HistogramCollector::binsOneSide);
    return std::max(exponent - binBits, smallestExponent);
}

} // namespace

void MinMaxCollector::add(std::span<const float> values)
{
    for (const float value : values) {
        if (!std::isfinite(value))
            continue;
        m_low = m_any ? std::min(m_low, value) : value;
        m_high = m_any ? std::max(m_high, value) : value;
        m_any = true;
    }
}

TensorRange MinMaxCollector::range() const
{
    return {m_low, m_high};
}

void HistogramCollector::growTo(float magnitude)
{
    const int wanted = exponentFor(magnitude);
    if (!m_hasWidth) {
        m_exponent = wanted;
        m_hasWidth = true;
    }
    for (; m_exponent < wanted; ++m_exponent) {
        std::vector<std::uint64_t> merged(m_counts.size());
        for (std::size_t i = 0; i < m_counts.size(); ++i)
            merged[binsOneSide / 2 + i / 2] += m_counts[i];
        m_counts = std::move(merged);
    }
}

void HistogramCollector::add(std::span<const float> values)
{
    float magnitude = 0;
    for (const float value : values)
        if (std::isfinite(value))
            magnitude = std::max(magnitude, std::abs(value));
    if (magnitude > 0)
        growTo(magnitude);
    const float binsPerUnit = m_hasWidth ? std::ldexp(1.0f, -m_exponent) : 0;
    for (const float value : values) {
        if (!std::isfinite(value))
            continue;
        const auto bin = static_cast<std::int64_t>(std::floor(value * binsPerUnit)) + static_cast<std::int64_t>(binsOneSide);
        ++m_counts[static_cast<std::size_t>(std::clamp<std::int64_t>(bin, 0, 2 * binsOneSide - 1))];
        ++m_total;
    }
    m_extremes.add(values);
}

double HistogramCollector::quantile(double share) const
{
    const double wanted = share * static_cast<double>(m_total);
    const double width = std::ldexp(1.0, m_exponent);
    double before = 0;
    for (std::size_t i = 0; i < m_counts.size(); ++i) {
        const auto count = static_cast<double>(m_counts[i]);
        if (count > 0 && before + count >= wanted)
            return (static_cast<double>(i) - binsOneSide + (wanted - before) / count) * width;
        before += count;
    }
    return m_extremes.range().high;
}

TensorRange HistogramCollector::range(double percentile) const
{
    const auto extremes = m_extremes.range();
    if (m_total == 0 || !m_hasWidth)
        return extremes;
    const double tail = std::clamp((100 - percentile) / 200, 0.0, 0.5);
    const auto inside = [&](double value) { return std::clamp(static_cast<float>(value), extremes.low, extremes.high); };
    return {inside(quantile(tail)), inside(quantile(1 - tail))};
}

} // namespace hone
