// SPDX-License-Identifier: GPL-3.0-or-later
// Random numbers that are the same with every standard library (the standard's distributions are not).
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>
#include <span>
#include <utility>

namespace hone
{

// One stream; derive others from (seed, stream) so that threads and samples don't depend on each other's order.
class Random
{
public:
    explicit Random(std::uint64_t seed, std::uint64_t stream = 0) : m_engine(mix(seed ^ mix(stream + 0x9E3779B97F4A7C15ull))) {}

    std::uint64_t bits() { return m_engine(); }
    // [0, 1)
    double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
    double uniform(double low, double high) { return low + (high - low) * uniform(); }
    // 0 to count - 1; count > 0
    std::uint64_t below(std::uint64_t count) { return static_cast<std::uint64_t>(uniform() * static_cast<double>(count)); }
    bool chance(double probability) { return uniform() < probability; }
    // Mean 0, standard deviation 1 (Box and Muller, 1958).
    double normal()
    {
        const double radius = std::sqrt(-2 * std::log(1 - uniform()));
        return radius * std::cos(2 * std::numbers::pi * uniform());
    }
    // Fisher and Yates.
    template<class T>
    void shuffle(std::span<T> values)
    {
        for (std::size_t i = values.size(); i > 1; --i)
            std::swap(values[i - 1], values[below(i)]);
    }

private:
    // SplitMix64's finalizer (Steele, Lea, Flood, 2014).
    static std::uint64_t mix(std::uint64_t x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
        return x ^ (x >> 31);
    }
    std::mt19937_64 m_engine;
};

} // namespace hone
