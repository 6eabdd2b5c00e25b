// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/adaptive_rounding.h"

#include <algorithm>
#include <cmath>

namespace hone
{
namespace
{

constexpr int mostSweeps = 50;

std::int8_t clamped(double integer, int largest)
{
    return static_cast<std::int8_t>(std::clamp(integer, static_cast<double>(-largest), static_cast<double>(largest)));
}

// The problem's own numbers, damped.
class Quadratic
{
public:
    Quadratic(const RoundingProblem& problem, double damping) : m_problem(problem), m_count(problem.weights.size())
    {
        const auto& moments = *problem.moments;
        const std::size_t outputs = moments.targetMean.size();
        double diagonal = 0;
        for (std::size_t i = 0; i < m_count; ++i)
            diagonal += moments.inputs[i * m_count + i];
        m_damping = diagonal > 0 ? damping * diagonal / static_cast<double>(m_count) : 1;
        for (std::size_t i = 0; i < m_count; ++i)
            m_right.push_back(moments.targets[i * outputs + problem.output] + m_damping * problem.weights[i]);
    }

    double at(std::size_t i, std::size_t j) const { return m_problem.moments->inputs[i * m_count + j] + (i == j ? m_damping : 0); }

    // Half of the gradient with respect to the real weights that the integers stand for.
    std::vector<double> gradient(std::span<const std::int8_t> integers) const
    {
        std::vector<double> result(m_count);
        for (std::size_t i = 0; i < m_count; ++i) {
            double sum = 0;
            const double* row = &m_problem.moments->inputs[i * m_count];
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

    // One weight at a time is moved to where the objective is least, the others being as they are, until none moves any more.
    void descend(std::vector<std::int8_t>& integers) const
    {
        auto half = gradient(integers);
        for (int sweep = 0; sweep < mostSweeps; ++sweep) {
            bool moved = false;
            for (std::size_t i = 0; i < m_count; ++i) {
                const double curvature = at(i, i);
                if (!(curvature > 0))
                    continue;
                const double wanted = integers[i] - half[i] / (m_problem.scale * curvature);
                const auto next = allowed(i, std::nearbyint(wanted));
                const int step = next - integers[i];
                if (step == 0)
                    continue;
                integers[i] = next;
                moved = true;
                const double change = m_problem.scale * step;
                const double* row = &m_problem.moments->inputs[i * m_count];
                for (std::size_t j = 0; j < m_count; ++j)
                    half[j] += change * row[j];
                half[i] += change * m_damping;
            }
            if (!moved)
                return;
        }
    }

    // In order, each weight where the ones before it want it.
    std::vector<std::int8_t> inOrder() const
    {
        std::vector<double> real(m_problem.weights.begin(), m_problem.weights.end());
        std::vector<std::int8_t> integers(m_count);
        // Half of the gradient at `real`; each rounding error is made up for by the weights behind, along the gradient's own curvature.
        std::vector<double> half(m_count);
        for (std::size_t i = 0; i < m_count; ++i) {
            double sum = 0;
            for (std::size_t j = 0; j < m_count; ++j)
                sum += at(i, j) * real[j];
            half[i] = sum - m_right[i];
        }
        for (std::size_t i = 0; i < m_count; ++i) {
            const double best = real[i] - (at(i, i) > 0 ? half[i] / at(i, i) : 0);
            integers[i] = allowed(i, std::nearbyint(best / m_problem.scale));
            const double change = m_problem.scale * integers[i] - real[i];
            for (std::size_t j = i + 1; j < m_count; ++j)
                half[j] += at(i, j) * change;
        }
        return integers;
    }

private:
    std::int8_t allowed(std::size_t i, double integer) const
    {
        const double exact = m_problem.weights[i] / m_problem.scale;
        return clamped(std::clamp(integer, std::floor(exact) - 1, std::ceil(exact) + 1), m_problem.largest);
    }

    const RoundingProblem& m_problem;
    std::size_t m_count;
    double m_damping = 0;
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

std::vector<std::int8_t> roundedAdaptively(const RoundingProblem& problem, double damping)
{
    const Quadratic quadratic(problem, damping);
    auto nearest = roundedToNearest(problem);
    auto inOrder = quadratic.inOrder();
    quadratic.descend(nearest);
    quadratic.descend(inOrder);
    return quadratic.value(inOrder) < quadratic.value(nearest) ? inOrder : nearest;
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
