// SPDX-License-Identifier: GPL-3.0-or-later
// The range of one tensor over many batches, in memory that doesn't grow with them.
#pragma once

#include "quantize/quantize.h"

#include <cstdint>
#include <span>
#include <vector>

namespace hone
{

// Smallest and largest value; values that aren't finite are passed over.
class MinMaxCollector
{
public:
    void add(std::span<const float> values);
    TensorRange range() const;

private:
    float m_low = 0;
    float m_high = 0;
    bool m_any = false;
};

// A histogram around 0 whose bins are 2^k wide. When a value falls outside, k grows and neighbouring bins are merged in
// pairs, which loses nothing that a wider histogram from the start would have kept: the counts depend on the values
// alone, not on their order or batches.
class HistogramCollector
{
public:
    static constexpr std::size_t binsOneSide = 4096;

    HistogramCollector() : m_counts(2 * binsOneSide) {}
    void add(std::span<const float> values);
    // Leaves out the share (100 - percentile) / 100 of the values, half of it at either end; linear inside a bin, and never
    // outside of the smallest and largest value.
    TensorRange range(double percentile) const;

private:
    void growTo(float magnitude);
    double quantile(double share) const;

    MinMaxCollector m_extremes;
    std::vector<std::uint64_t> m_counts; // bin i covers [(i - binsOneSide) * width, (i + 1 - binsOneSide) * width)
    std::uint64_t m_total = 0;
    int m_exponent = 0; // width = 2^m_exponent
    bool m_hasWidth = false;
};

} // namespace hone
