// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/histogram.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace hone
{
namespace
{

constexpr auto bins = 2 * Histogram::binsOneSide;

// The smallest k for which a magnitude lies inside binsOneSide bins of width 2^k.
int exponentFor(float magnitude)
{
    int exponent = 0;
    std::frexp(magnitude, &exponent); // magnitude < 2^exponent
    constexpr int binBits = 12;
    constexpr int smallestExponent = -100; // keeps 1 / width a finite float
    static_assert((1 << binBits) == Histogram::binsOneSide);
    return std::max(exponent - binBits, smallestExponent);
}

} // namespace

Histogram::Histogram(int exponent, std::vector<std::uint64_t> counts)
    : m_counts(std::move(counts)),
      m_total(std::accumulate(m_counts.begin(), m_counts.end(), std::uint64_t{0})),
      m_exponent(exponent),
      m_hasWidth(true)
{
    m_counts.resize(bins);
}

double Histogram::width() const
{
    return std::ldexp(1.0, m_exponent);
}

void Histogram::growTo(float magnitude)
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

void Histogram::add(std::span<const float> values, float magnitude)
{
    if (magnitude > 0)
        growTo(magnitude);
    m_total += values.size();
    if (!m_hasWidth) {
        m_counts[binsOneSide] += values.size();
        return;
    }
    // Counted in narrow numbers first, neighbours in tables of their own: a run of equal values (the zeros behind a Relu) would
    // otherwise wait for its own last increment each time.
    static constexpr std::size_t atOnce = std::size_t{1} << 31;
    const float binsPerUnit = std::ldexp(1.0f, -m_exponent);
    const auto binOf = [&](float value) { return static_cast<std::int32_t>(value * binsPerUnit + static_cast<float>(binsOneSide)); };
    std::array<std::vector<std::uint32_t>, 2> tables;
    for (auto& table : tables)
        table.resize(bins + 1); // the last one for what rounding carries over the end
    for (std::size_t from = 0; from < values.size(); from += atOnce) {
        const auto part = values.subspan(from, std::min(atOnce, values.size() - from));
        std::size_t i = 0;
        for (; i + 1 < part.size(); i += 2) {
            ++tables[0][static_cast<std::size_t>(binOf(part[i]))];
            ++tables[1][static_cast<std::size_t>(binOf(part[i + 1]))];
        }
        if (i < part.size())
            ++tables[0][static_cast<std::size_t>(binOf(part[i]))];
        for (auto& table : tables) {
            for (std::size_t bin = 0; bin <= bins; ++bin)
                m_counts[std::min(bin, bins - 1)] += table[bin];
            std::ranges::fill(table, 0);
        }
    }
}

double Histogram::quantile(double share) const
{
    const double wanted = share * static_cast<double>(m_total);
    double before = 0;
    for (std::size_t i = 0; i < m_counts.size(); ++i) {
        const auto count = static_cast<double>(m_counts[i]);
        if (count > 0 && before + count >= wanted)
            return (static_cast<double>(i) - binsOneSide + (wanted - before) / count) * width();
        before += count;
    }
    return static_cast<double>(binsOneSide) * width();
}

double Histogram::shareBelow(double value) const
{
    if (m_total == 0)
        return 0;
    const double place = value / width() + static_cast<double>(binsOneSide);
    double below = 0;
    for (std::size_t i = 0; i < m_counts.size() && static_cast<double>(i) < place; ++i)
        below += static_cast<double>(m_counts[i]) * std::min(1.0, place - static_cast<double>(i));
    return below / static_cast<double>(m_total);
}

double Histogram::clippingMovesMeanBy(double low, double high) const
{
    if (m_total == 0)
        return 0;
    double sum = 0;
    for (std::size_t i = 0; i < m_counts.size(); ++i) {
        const double middle = (static_cast<double>(i) + 0.5 - static_cast<double>(binsOneSide)) * width();
        sum += static_cast<double>(m_counts[i]) * (std::clamp(middle, low, high) - middle);
    }
    return sum / static_cast<double>(m_total);
}

} // namespace hone
