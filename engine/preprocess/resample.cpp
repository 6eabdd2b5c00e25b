// SPDX-License-Identifier: GPL-3.0-or-later
#include "preprocess/resample.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>

namespace hone
{
namespace
{

constexpr double zeroCrossings = 6;
constexpr double rolloff = 0.99;
constexpr std::size_t mostTaps = std::size_t{1} << 22; // of all phases; rates without a common divisor are computed as they come

double cutoffOf(int from, int to)
{
    return rolloff * std::min(1.0, double(to) / from);
}

// h at t, which counts source samples.
double filterAt(double t, double cutoff)
{
    const double x = cutoff * t;
    if (std::abs(x) >= zeroCrossings)
        return 0;
    const double window = std::cos(std::numbers::pi * x / zeroCrossings / 2);
    const double angle = std::numbers::pi * x;
    return cutoff * window * window * (angle == 0 ? 1 : std::sin(angle) / angle);
}

} // namespace

std::size_t sourceLength(std::size_t count, int from, int to)
{
    if (from == to)
        return count;
    return std::size_t(std::ceil(double(count) * from / to + zeroCrossings / cutoffOf(from, to))) + 1;
}

std::vector<float> resampled(std::span<const float> wave, int from, int to)
{
    if (from == to)
        return {wave.begin(), wave.end()};
    const int divisor = std::gcd(from, to);
    const std::int64_t source = from / divisor, target = to / divisor;
    const double cutoff = cutoffOf(from, to);
    const auto reach = std::int64_t(std::ceil(zeroCrossings / cutoff));
    const std::size_t taps = std::size_t(2 * reach + 1);
    const bool tabled = std::size_t(target) * taps <= mostTaps;
    std::vector<float> table;
    const auto tap = [&](std::int64_t phase, std::int64_t k) {
        // Output j = n * target + phase stands at n * source + phase * source / target; k counts from the sample below it.
        const double offset = double(phase * source % target) / double(target);
        return filterAt(double(k) - offset, cutoff);
    };
    if (tabled) {
        table.resize(std::size_t(target) * taps);
        for (std::int64_t phase = 0; phase < target; ++phase)
            for (std::int64_t k = -reach; k <= reach; ++k)
                table[std::size_t(phase) * taps + std::size_t(k + reach)] = float(tap(phase, k));
    }
    const auto length = std::int64_t(wave.size());
    std::vector<float> result(std::size_t((length * target + source - 1) / source));
    for (std::int64_t j = 0; j < std::int64_t(result.size()); ++j) {
        const std::int64_t phase = j % target, below = j * source / target;
        const std::int64_t first = std::max(-reach, -below), last = std::min(reach, length - 1 - below);
        double sum = 0;
        for (std::int64_t k = first; k <= last; ++k)
            sum += double(wave[std::size_t(below + k)]) *
                   (tabled ? table[std::size_t(phase) * taps + std::size_t(k + reach)] : float(tap(phase, k)));
        result[std::size_t(j)] = float(sum);
    }
    return result;
}

} // namespace hone
