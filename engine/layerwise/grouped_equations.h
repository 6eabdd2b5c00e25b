// SPDX-License-Identifier: GPL-3.0-or-later
// The least squares of a layer in groups (a depthwise or grouped convolution): as many systems, each on its part of the rows.
#pragma once

#include "layerwise/least_squares.h"

#include <cstddef>
#include <vector>

namespace hone
{

// By group, each of `unknowns` and of outputs / groups.
using GroupedMap = std::vector<LinearMap>;

struct GroupedShape
{
    std::size_t groups = 1;
    std::size_t unknowns = 0; // of one group
    std::size_t outputs = 0;  // of all groups
};

class GroupedEquations
{
public:
    explicit GroupedEquations(const GroupedShape& shape);

    // rows.inputs: [rows, groups * unknowns]; rows.targets: [rows, outputs].
    void add(const Rows& rows);
    std::size_t rows() const { return m_groups.front().rows(); }
    // As NormalEquations::solve(), group by group.
    GroupedMap solve(double ridge, const GroupedMap& prior, Intercept intercept) const;

private:
    GroupedShape m_shape;
    std::vector<NormalEquations> m_groups;
};

SquaredError squaredError(const GroupedMap& map, const Rows& rows, const GroupedShape& shape);

} // namespace hone
