// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/adaptive_rounding.h"

#include "layerwise/cholesky.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hone
{
namespace
{

constexpr int mostSweeps = 50;
constexpr std::size_t mostPairedUnknowns = 64;
constexpr double farthest = 8;                       // integers from a weight
constexpr std::size_t mostFactorizedUnknowns = 1536; // the work grows with their third power
constexpr std::size_t mostScales = 8;
constexpr std::size_t scalesTimesUnknowns = 2304; // the work of a scale grows with the unknowns' square
constexpr double smallestFactor = 0.75;           // of the scale that is given
constexpr double largestFactor = 1.1;

std::int8_t clamped(double integer, int largest)
{
    return static_cast<std::int8_t>(std::clamp(integer, static_cast<double>(-largest), static_cast<double>(largest)));
}

// One output's problem at one scale, damped.
class Quadratic
{
public:
    Quadratic(const RoundingProblem& problem, const Moments& moments, double damping)
        : m_problem(problem),
          m_moments(moments),
          m_count(problem.weights.size()),
          m_damping(damping)
    {
        const std::size_t outputs = moments.targetMean.size();
        for (std::size_t i = 0; i < m_count; ++i)
            m_right.push_back(moments.targets[i * outputs + problem.output] + m_damping * problem.weights[i]);
    }

    // c, damped.
    const std::vector<double>& right() const { return m_right; }

    // Half of the gradient with respect to the real weights that the integers stand for.
    std::vector<double> gradient(std::span<const std::int8_t> integers) const
    {
        std::vector<double> result(m_count);
        for (std::size_t i = 0; i < m_count; ++i) {
            double sum = 0;
            const double* row = &m_moments.inputs[i * m_count];
            for (std::size_t j = 0; j < m_count; ++j)
                sum += row[j] * integers[j];
            result[i] = m_problem.scale * (sum + m_damping * integers[i]) - m_right[i];
        }
        return result;
    }

    double value(std::span<const std::int8_t> integers) const
    {
        const auto half = gradient(integers);
        double sum = 0;
        for (std::size_t i = 0; i < m_count; ++i)
            sum += m_problem.scale * integers[i] * (half[i] - m_right[i]);
        return sum;
    }

    // Weights are moved to where the objective is least, the others being as they are, one at a time and then two by a step each, until
    // none moves any more: where inputs are alike, what one weight gains another has to give up.
    void descend(std::vector<std::int8_t>& integers) const
    {
        auto half = gradient(integers);
        for (int sweep = 0; sweep < mostSweeps; ++sweep)
            if (!descendOnes(integers, half) && !(m_count <= mostPairedUnknowns && descendPairs(integers, half)))
                return;
    }

    // `best`: where the objective is least of all real weights; `r` the factor of damped X.
    std::vector<std::int8_t> nearestPlane(const std::vector<double>& r, std::span<const double> best) const
    {
        std::vector<std::int8_t> integers(m_count);
        std::vector<double> error(m_count);
        for (std::size_t i = m_count; i-- > 0;) {
            double pull = 0;
            for (std::size_t j = i + 1; j < m_count; ++j)
                pull += r[i * m_count + j] * error[j];
            integers[i] = allowed(i, (best[i] - pull / r[i * m_count + i]) / m_problem.scale);
            error[i] = m_problem.scale * integers[i] - best[i];
        }
        return integers;
    }

private:
    double curvature(std::size_t i) const { return m_moments.inputs[i * m_count + i] + m_damping; }

    void move(std::size_t i, int step, std::vector<std::int8_t>& integers, std::vector<double>& half) const
    {
        integers[i] = static_cast<std::int8_t>(integers[i] + step);
        const double change = m_problem.scale * step;
        const double* row = &m_moments.inputs[i * m_count];
        for (std::size_t j = 0; j < m_count; ++j)
            half[j] += change * row[j];
        half[i] += change * m_damping;
    }

    bool descendOnes(std::vector<std::int8_t>& integers, std::vector<double>& half) const
    {
        bool moved = false;
        for (std::size_t i = 0; i < m_count; ++i) {
            if (!(curvature(i) > 0))
                continue;
            const int step = allowed(i, integers[i] - half[i] / (m_problem.scale * curvature(i))) - integers[i];
            if (step == 0)
                continue;
            move(i, step, integers, half);
            moved = true;
        }
        return moved;
    }

    bool descendPairs(std::vector<std::int8_t>& integers, std::vector<double>& half) const
    {
        const double scale = m_problem.scale;
        bool moved = false;
        for (std::size_t i = 0; i < m_count; ++i)
            for (std::size_t j = i + 1; j < m_count; ++j) {
                // Apart where inputs go together, and the other way round.
                const double together = m_moments.inputs[i * m_count + j];
                for (const int first : {-1, 1}) {
                    const int second = together > 0 ? -first : first;
                    const double change =
                        2 * (first * half[i] + second * half[j]) + scale * (curvature(i) + curvature(j) + 2 * first * second * together);
                    if (change >= -1e-12 * scale * (curvature(i) + curvature(j)))
                        continue;
                    if (allowed(i, integers[i] + first) != integers[i] + first || allowed(j, integers[j] + second) != integers[j] + second)
                        continue;
                    move(i, first, integers, half);
                    move(j, second, integers, half);
                    moved = true;
                    break;
                }
            }
        return moved;
    }

    // A weight that is 0 was made so: it stays.
    std::int8_t allowed(std::size_t i, double wanted) const
    {
        if (m_problem.weights[i] == 0)
            return 0;
        const double nearest = std::nearbyint(m_problem.weights[i] / m_problem.scale);
        return clamped(std::clamp(std::nearbyint(wanted), nearest - farthest, nearest + farthest), m_problem.largest);
    }

    const RoundingProblem& m_problem;
    const Moments& m_moments;
    std::size_t m_count;
    double m_damping;
    std::vector<double> m_right;
};

} // namespace

std::vector<std::int8_t> roundedToNearest(const RoundingProblem& problem)
{
    std::vector<std::int8_t> integers;
    for (const double weight : problem.weights)
        integers.push_back(clamped(std::nearbyint(weight / problem.scale), problem.largest));
    return integers;
}

AdaptiveRounding::AdaptiveRounding(const Moments& moments, double damping) : m_moments(moments)
{
    const std::size_t count = moments.inputMean.size();
    double diagonal = 0;
    for (std::size_t i = 0; i < count; ++i)
        diagonal += moments.inputs[i * count + i];
    m_damping = diagonal > 0 ? damping * diagonal / static_cast<double>(count) : 1;
    if (count > mostFactorizedUnknowns)
        return;
    m_factor = moments.inputs;
    for (std::size_t i = 0; i < count; ++i)
        m_factor[i * count + i] += m_damping;
    if (!factorizeCholesky(m_factor, count))
        m_factor.clear();
}

RoundedWeights AdaptiveRounding::rounded(const RoundingProblem& problem, Scales scales) const
{
    const std::size_t count = problem.weights.size();
    std::vector<double> factors{1};
    if (scales == Scales::Searched)
        for (std::size_t i = 0, tries = std::clamp<std::size_t>(scalesTimesUnknowns / std::max<std::size_t>(1, count), 1, mostScales);
             tries > 1 && i < tries; ++i)
            factors.push_back(smallestFactor + (largestFactor - smallestFactor) * static_cast<double>(i) / static_cast<double>(tries - 1));
    std::vector<double> best;
    RoundedWeights result;
    double least = std::numeric_limits<double>::infinity();
    for (const double factor : factors) {
        RoundingProblem scaled = problem;
        scaled.scale = static_cast<float>(problem.scale * factor); // as it is stored
        const Quadratic quadratic(scaled, m_moments, m_damping);
        const auto consider = [&](std::vector<std::int8_t> integers) {
            quadratic.descend(integers);
            if (const double value = quadratic.value(integers); value < least) {
                least = value;
                result = {std::move(integers), scaled.scale};
            }
        };
        consider(roundedToNearest(scaled));
        if (m_factor.empty())
            continue;
        if (best.empty()) {
            best = quadratic.right();
            substituteCholesky(m_factor, count, best, 1);
        }
        consider(quadratic.nearestPlane(m_factor, best));
    }
    return result;
}

double squaredErrorOf(const RoundingProblem& problem, std::span<const std::int8_t> integers, double deviation)
{
    const auto& moments = *problem.moments;
    const std::size_t count = problem.weights.size();
    const std::size_t outputs = moments.targetMean.size();
    double sum = deviation;
    for (std::size_t i = 0; i < count; ++i) {
        double product = 0;
        const double* row = &moments.inputs[i * count];
        for (std::size_t j = 0; j < count; ++j)
            product += row[j] * integers[j];
        const double real = problem.scale * integers[i];
        sum += real * (problem.scale * product - 2 * moments.targets[i * outputs + problem.output]);
    }
    return std::max(0.0, sum);
}

} // namespace hone
