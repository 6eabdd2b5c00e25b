// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/range_method.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace hone
{
namespace
{

// The histogram's occupied part in fewer bins, which a search can afford to go over many times.
struct Distribution
{
    std::vector<double> counts;
    double first = 0; // where bin 0 begins
    double width = 0;

    double center(std::size_t i) const { return first + (static_cast<double>(i) + 0.5) * width; }
    double end() const { return first + static_cast<double>(counts.size()) * width; }
};

Distribution distributionOf(const Histogram& histogram, std::size_t mostBins)
{
    const auto counts = histogram.counts();
    const auto occupied = [](std::uint64_t count) { return count > 0; };
    const auto begin = static_cast<std::size_t>(std::ranges::find_if(counts, occupied) - counts.begin());
    std::size_t end = counts.size();
    while (end > begin && counts[end - 1] == 0)
        --end;
    std::size_t together = 1;
    while ((end - begin) / together > mostBins)
        together *= 2;
    // Bins that are merged begin where 0 stays between two of them.
    const auto from = begin / together * together;
    Distribution result;
    result.width = histogram.width() * static_cast<double>(together);
    result.first = (static_cast<double>(from) - static_cast<double>(Histogram::binsOneSide)) * histogram.width();
    for (auto i = from; i < end; i += together) {
        double sum = 0;
        for (auto k = i; k < std::min(i + together, counts.size()); ++k)
            sum += static_cast<double>(counts[k]);
        result.counts.push_back(sum);
    }
    return result;
}

TensorRange within(const TensorStatistics& statistics, double low, double high)
{
    const auto inside = [&](double value) { return std::clamp(static_cast<float>(value), statistics.low, statistics.high); };
    return {inside(low), inside(high)};
}

TensorRange percentileRange(const TensorStatistics& statistics, double percentile)
{
    const double tail = std::clamp((100 - percentile) / 200, 0.0, 0.5);
    return within(statistics, statistics.histogram.quantile(tail), statistics.histogram.quantile(1 - tail));
}

// Of the squared error that a grid over [low, high] with zero on it makes; values spread evenly inside a bin.
double squaredErrorOf(const Distribution& values, double low, double high, int steps)
{
    low = std::min(low, 0.0);
    high = std::max(high, 0.0);
    const double step = (high - low) / steps;
    double sum = 0;
    const double inside = step * step / 12; // of values inside of the range, where a step is wider than a bin
    for (std::size_t i = 0; i < values.counts.size(); ++i) {
        if (values.counts[i] == 0)
            continue;
        const double x = values.center(i);
        const double beyond = x < low ? low - x : x > high ? x - high : 0;
        double error = beyond * beyond;
        if (beyond == 0) {
            const double off = x - std::nearbyint(x / step) * step;
            error = values.width < step ? off * off + values.width * values.width / 12 : inside;
        }
        sum += values.counts[i] * error;
    }
    return sum;
}

// Both ends in turn, each moved by parts of its whole length; an end at 0 stays there. Values that lie on a lattice of their own, as pixels
// do, may all fall between two steps of the grid over just their range: a slightly wider one serves them better.
TensorRange meanSquaredRange(const TensorStatistics& statistics, int steps)
{
    constexpr std::size_t mostBins = 4096;
    constexpr int parts = 64;
    constexpr int wider = 4;
    constexpr int rounds = 3;
    const auto values = distributionOf(statistics.histogram, mostBins);
    const double wholeLow = std::min(0.0f, statistics.low);
    const double wholeHigh = std::max(0.0f, statistics.high);
    double low = wholeLow;
    double high = wholeHigh;
    double best = squaredErrorOf(values, low, high, steps);
    for (int round = 0; round < rounds; ++round) {
        const double before = best;
        for (auto* end : {&low, &high}) {
            const double whole = end == &low ? wholeLow : wholeHigh;
            double kept = *end;
            for (int part = parts + wider; part > 0 && whole != 0; --part) {
                *end = whole * part / parts;
                if (const double error = squaredErrorOf(values, low, high, steps); error < best) {
                    best = error;
                    kept = *end;
                }
            }
            *end = kept;
        }
        if (best == before)
            break;
    }
    return {static_cast<float>(low), static_cast<float>(high)};
}

// What lies at one number: the zeros behind a Relu, the ends of a Clip. A grid holds 0 and its own ends exactly, so only the rest of such a
// bin, as much as its neighbour holds, is spread over others by it.
std::vector<double> exactParts(const Distribution& values)
{
    std::vector<double> exact(values.counts.size());
    const auto zero = static_cast<std::ptrdiff_t>(std::floor(-values.first / values.width + 0.5));
    const auto last = static_cast<std::ptrdiff_t>(values.counts.size()) - 1;
    for (const auto bin : {std::ptrdiff_t{0}, zero, last}) {
        if (bin < 0 || bin > last || last == 0)
            continue;
        const auto neighbour = bin == last ? bin - 1 : bin + 1;
        const auto at = static_cast<std::size_t>(bin);
        exact[at] = std::max(0.0, values.counts[at] - values.counts[static_cast<std::size_t>(neighbour)]);
    }
    return exact;
}

// Kullback and Leibler's divergence between the values inside of [low, high], those outside moved to its ends, and the same seen through
// a grid of `levels` equal parts, each spread over the bins of it that hold values.
double divergenceOf(const Distribution& values, const std::vector<double>& exact, double low, double high, int levels)
{
    const auto binAt = [&](double x) {
        return std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(std::floor((x - values.first) / values.width)), 0,
                                          static_cast<std::ptrdiff_t>(values.counts.size()) - 1);
    };
    const auto first = static_cast<std::size_t>(binAt(low));
    const auto last = static_cast<std::size_t>(binAt(high - values.width / 2));
    const std::size_t count = last - first + 1;
    const auto from = values.counts.begin();
    std::vector<double> inside(from + static_cast<std::ptrdiff_t>(first), from + static_cast<std::ptrdiff_t>(last) + 1);
    std::vector<double> clipped = inside;
    clipped.front() += std::accumulate(from, from + static_cast<std::ptrdiff_t>(first), 0.0);
    clipped.back() += std::accumulate(from + static_cast<std::ptrdiff_t>(last) + 1, values.counts.end(), 0.0);
    const double total = std::accumulate(clipped.begin(), clipped.end(), 0.0);
    const double insideTotal = std::accumulate(inside.begin(), inside.end(), 0.0);
    if (insideTotal == 0)
        return std::numeric_limits<double>::infinity();
    double divergence = 0;
    for (int level = 0; level < levels; ++level) {
        const auto begin = count * static_cast<std::size_t>(level) / static_cast<std::size_t>(levels);
        const auto end = count * (static_cast<std::size_t>(level) + 1) / static_cast<std::size_t>(levels);
        double sum = 0;
        int occupied = 0;
        for (auto i = begin; i < end; ++i) {
            sum += inside[i] - exact[first + i];
            occupied += clipped[i] > 0;
        }
        for (auto i = begin; i < end; ++i) {
            if (clipped[i] == 0)
                continue;
            constexpr double almostNothing = 1e-9;
            const double p = clipped[i] / total;
            const double q = std::max(almostNothing, (sum / occupied + exact[first + i]) / insideTotal);
            divergence += p * std::log(p / q);
        }
    }
    return divergence;
}

TensorRange entropyRange(const TensorStatistics& statistics, int steps)
{
    constexpr std::size_t mostBins = 2048;
    constexpr int thresholds = 96;
    const auto values = distributionOf(statistics.histogram, mostBins);
    const auto exact = exactParts(values);
    const double largest = std::max(std::abs(statistics.low), std::abs(statistics.high));
    const double span = static_cast<double>(statistics.high) - statistics.low;
    // A range of fewer bins than the grid has steps would lose nothing by construction.
    const int levels = std::min<int>(steps + 1, static_cast<int>(values.counts.size() / 2));
    const double narrowest = largest * std::min(1.0, static_cast<double>(levels) * values.width / span);
    double best = std::numeric_limits<double>::infinity();
    double kept = largest;
    for (int i = 0; i <= thresholds; ++i) {
        const double threshold = narrowest + (largest - narrowest) * i / thresholds;
        const double low = std::max<double>(statistics.low, -threshold);
        const double high = std::min<double>(statistics.high, threshold);
        if (high <= low)
            continue;
        if (const double divergence = divergenceOf(values, exact, low, high, levels); divergence < best) {
            best = divergence;
            kept = threshold;
        }
    }
    return within(statistics, -kept, kept);
}

} // namespace

std::string_view name(RangeMethod method)
{
    switch (method) {
    case RangeMethod::MinMax: return "minmax";
    case RangeMethod::MovingAverage: return "moving-average";
    case RangeMethod::Percentile: return "percentile";
    case RangeMethod::Entropy: return "entropy";
    case RangeMethod::MeanSquared: return "mse";
    }
    return "";
}

TensorRange rangeOf(const TensorStatistics& statistics, const RangeRequest& request)
{
    const TensorRange whole{statistics.low, statistics.high};
    if (statistics.histogram.empty() || statistics.low == statistics.high)
        return whole;
    switch (request.method) {
    case RangeMethod::MinMax: return whole;
    case RangeMethod::MovingAverage: return within(statistics, statistics.averageLow, statistics.averageHigh);
    case RangeMethod::Percentile: return percentileRange(statistics, request.percentile);
    case RangeMethod::Entropy: return entropyRange(statistics, request.steps);
    case RangeMethod::MeanSquared: return meanSquaredRange(statistics, request.steps);
    }
    return whole;
}

} // namespace hone
