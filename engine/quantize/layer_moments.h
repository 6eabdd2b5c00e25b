// SPDX-License-Identifier: GPL-3.0-or-later
// Second moments of what a layer reads with what it is to give, group by group: all that rounding its weights has to know of data.
#pragma once

#include "layerwise/least_squares.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace hone
{

class LayerMoments
{
public:
    // `unknowns` and `outputs` of one group.
    LayerMoments(std::size_t groups, std::size_t unknowns, std::size_t outputs);

    // inputs [rows, groups * unknowns], targets [rows, groups * outputs].
    void add(const Rows& rows);
    std::size_t rows() const { return m_rows; }
    // Around the means.
    Moments of(std::size_t group) const;
    // Sum over rows of the squared deviation of an output (of all groups') from its mean.
    double deviation(std::size_t output) const;

private:
    void addGrouped(const Rows& rows);

    std::size_t m_groups;
    std::size_t m_unknowns;
    std::size_t m_outputs;
    std::size_t m_rows = 0;
    std::optional<NormalEquations> m_whole; // of a layer with one group
    // Otherwise, group after group: sums of products and of values, around 0.
    std::vector<double> m_inputs;  // [groups, unknowns, unknowns]
    std::vector<double> m_targets; // [groups, unknowns, outputs]
    std::vector<double> m_inputSum;
    std::vector<double> m_targetSum;
    std::vector<double> m_targetSquares;
};

} // namespace hone
