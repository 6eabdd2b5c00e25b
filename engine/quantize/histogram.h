// SPDX-License-Identifier: GPL-3.0-or-later
// How the values of one tensor are spread, over any number of batches, in memory that doesn't grow with them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hone
{

// A histogram around 0 whose bins are 2^k wide. When a value falls outside, k grows and neighbouring bins are merged in
// pairs, which loses nothing that a wider histogram from the start would have kept: the counts depend on the values
// alone, not on their order or batches.
class Histogram
{
public:
    static constexpr std::size_t binsOneSide = 4096;

    Histogram() : m_counts(2 * binsOneSide) {}
    // As it was kept: bin width 2^exponent, counts of 2 * binsOneSide bins.
    Histogram(int exponent, std::vector<std::uint64_t> counts);

    // Finite values, none larger than `magnitude` either way.
    void add(std::span<const float> values, float magnitude);

    // Bin i covers [(i - binsOneSide) * width, (i + 1 - binsOneSide) * width).
    std::span<const std::uint64_t> counts() const { return m_counts; }
    std::uint64_t total() const { return m_total; }
    int exponent() const { return m_exponent; }
    double width() const;
    bool empty() const { return !m_hasWidth; } // nothing but zeros counts as empty

    // The value below which a share of all values lies; linear inside a bin.
    double quantile(double share) const;
    // The share of values below, or at and above, a value; linear inside a bin.
    double shareBelow(double value) const;
    // By how much clipping to [low, high] moves the mean of the values; a bin's values count at its middle.
    double clippingMovesMeanBy(double low, double high) const;

private:
    void growTo(float magnitude);

    std::vector<std::uint64_t> m_counts;
    std::uint64_t m_total = 0;
    int m_exponent = 0;
    bool m_hasWidth = false;
};

} // namespace hone
