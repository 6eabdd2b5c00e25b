// SPDX-License-Identifier: GPL-3.0-or-later
#include "layerwise/grouped_equations.h"

#include <algorithm>
#include <span>

namespace hone
{
namespace
{

// The columns of one group, of rows with all groups'.
std::vector<double> partOf(std::span<const double> values, std::size_t count, std::size_t groups, std::size_t group)
{
    const std::size_t width = count > 0 ? values.size() / count : 0;
    const std::size_t each = width / groups;
    std::vector<double> part;
    part.reserve(count * each);
    for (std::size_t r = 0; r < count; ++r)
        std::ranges::copy(values.subspan(r * width + group * each, each), std::back_inserter(part));
    return part;
}

template<class Action>
void forEachGroup(const Rows& rows, const GroupedShape& shape, Action&& action)
{
    if (shape.groups == 1)
        return action(0, rows);
    for (std::size_t g = 0; g < shape.groups; ++g) {
        const auto inputs = partOf(rows.inputs, rows.count, shape.groups, g);
        const auto targets = partOf(rows.targets, rows.count, shape.groups, g);
        action(g, Rows{inputs, targets, rows.count});
    }
}

} // namespace

GroupedEquations::GroupedEquations(const GroupedShape& shape) : m_shape(shape)
{
    for (std::size_t g = 0; g < shape.groups; ++g)
        m_groups.emplace_back(shape.unknowns, shape.outputs / shape.groups);
}

void GroupedEquations::add(const Rows& rows)
{
    forEachGroup(rows, m_shape, [&](std::size_t group, const Rows& part) { m_groups[group].add(part); });
}

GroupedMap GroupedEquations::solve(double ridge, const GroupedMap& prior, Intercept intercept) const
{
    GroupedMap map;
    for (std::size_t g = 0; g < m_shape.groups; ++g)
        map.push_back(m_groups[g].solve(ridge, prior.at(g), intercept));
    return map;
}

SquaredError squaredError(const GroupedMap& map, const Rows& rows, const GroupedShape& shape)
{
    SquaredError sum;
    forEachGroup(rows, shape, [&](std::size_t group, const Rows& part) {
        const SquaredError error = squaredError(map.at(group), part, shape.unknowns, shape.outputs / shape.groups);
        sum.error += error.error;
        sum.scale += error.scale;
    });
    return sum;
}

} // namespace hone
