// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/layer_moments.h"

#include <algorithm>

namespace hone
{

LayerMoments::LayerMoments(std::size_t groups, std::size_t unknowns, std::size_t outputs)
    : m_groups(groups),
      m_unknowns(unknowns),
      m_outputs(outputs),
      m_inputSum(groups * unknowns),
      m_targetSum(groups * outputs),
      m_targetSquares(groups * outputs)
{
    if (groups == 1) {
        m_whole.emplace(unknowns, outputs);
        return;
    }
    m_inputs.resize(groups * unknowns * unknowns);
    m_targets.resize(groups * unknowns * outputs);
}

void LayerMoments::add(const Rows& rows)
{
    const std::size_t width = m_groups * m_outputs;
    for (std::size_t r = 0; r < rows.count; ++r)
        for (std::size_t k = 0; k < width; ++k) {
            const double y = rows.targets[r * width + k];
            m_targetSum[k] += y;
            m_targetSquares[k] += y * y;
        }
    m_rows += rows.count;
    if (m_whole)
        m_whole->add(rows);
    else
        addGrouped(rows);
}

void LayerMoments::addGrouped(const Rows& rows)
{
    for (std::size_t r = 0; r < rows.count; ++r)
        for (std::size_t g = 0; g < m_groups; ++g) {
            const double* x = &rows.inputs[(r * m_groups + g) * m_unknowns];
            const double* y = &rows.targets[(r * m_groups + g) * m_outputs];
            for (std::size_t i = 0; i < m_unknowns; ++i) {
                m_inputSum[g * m_unknowns + i] += x[i];
                double* products = &m_inputs[(g * m_unknowns + i) * m_unknowns];
                for (std::size_t j = 0; j < m_unknowns; ++j)
                    products[j] += x[i] * x[j];
                double* crossed = &m_targets[(g * m_unknowns + i) * m_outputs];
                for (std::size_t k = 0; k < m_outputs; ++k)
                    crossed[k] += x[i] * y[k];
            }
        }
}

Moments LayerMoments::of(std::size_t group) const
{
    if (m_whole)
        return m_whole->moments(Intercept::Solved);
    const auto rows = static_cast<double>(std::max<std::size_t>(1, m_rows));
    const auto part = [&](const std::vector<double>& all, std::size_t size) {
        const auto from = all.begin() + static_cast<std::ptrdiff_t>(group * size);
        return std::vector<double>(from, from + static_cast<std::ptrdiff_t>(size));
    };
    Moments result{part(m_inputs, m_unknowns * m_unknowns), part(m_targets, m_unknowns * m_outputs), part(m_inputSum, m_unknowns),
                   part(m_targetSum, m_outputs), m_rows};
    for (auto* mean : {&result.inputMean, &result.targetMean})
        for (double& value : *mean)
            value /= rows;
    for (std::size_t i = 0; i < m_unknowns; ++i) {
        for (std::size_t j = 0; j < m_unknowns; ++j)
            result.inputs[i * m_unknowns + j] -= result.inputMean[i] * result.inputMean[j] * rows;
        for (std::size_t k = 0; k < m_outputs; ++k)
            result.targets[i * m_outputs + k] -= result.inputMean[i] * result.targetMean[k] * rows;
    }
    return result;
}

double LayerMoments::deviation(std::size_t output) const
{
    const auto rows = static_cast<double>(std::max<std::size_t>(1, m_rows));
    return std::max(0.0, m_targetSquares[output] - m_targetSum[output] * m_targetSum[output] / rows);
}

} // namespace hone
