// SPDX-License-Identifier: GPL-3.0-or-later
// Operators that compute over whole axes: those axes must keep every channel.
#include "prune/channel_rules.h"

#include <algorithm>

namespace hone::rules
{

// Before opset 13 the input was coerced to two axes: all from `axis` (1) on are normalized together.
void softmax(ChannelWalk& walk, NodeId id)
{
    const AxisList* x = walk.axesOf(id, 0);
    if (!x)
        return walk.refuse(id);
    const AxisList axes = *x;
    const bool coerces = walk.graph().opset() < 13;
    const auto axis = normalizeAxis(walk.graph().node(id).intAttribute("axis", coerces ? 1 : -1), axes.size());
    if (!axis)
        return walk.refuse(id);
    if (coerces)
        lockFrom(walk, id, axes, *axis);
    else
        walk.partition().lockAxis(axes[*axis], overAll(walk, id));
    walk.setAxes(id, 0, axes);
}

void overTrailingAxes(ChannelWalk& walk, NodeId id)
{
    const Node& node = walk.graph().node(id);
    const AxisList* x = walk.axesOf(id, 0);
    const auto axis = x ? normalizeAxis(node.intAttribute("axis", -1), x->size()) : std::nullopt;
    if (!axis)
        return walk.refuse(id);
    const AxisList axes = *x;
    lockFrom(walk, id, axes, *axis);
    for (std::size_t i = 1; i < node.inputs.size(); ++i)
        if (const AxisList* scale = walk.axesOf(id, i))
            lockFrom(walk, id, *scale, 0);
    walk.setAxes(id, 0, axes);
    for (std::size_t i = 1; i < node.outputs.size(); ++i) { // mean and deviation
        AxisList statistics = axes;
        for (std::size_t k = *axis; k < statistics.size(); ++k)
            statistics[k] = Axis::fixed(1);
        walk.setAxes(id, i, std::move(statistics));
    }
}

void overOneAxis(ChannelWalk& walk, NodeId id)
{
    const AxisList* x = walk.axesOf(id, 0);
    if (!x)
        return walk.refuse(id);
    const AxisList axes = *x;
    std::optional<std::size_t> axis;
    if (walk.graph().node(id).opType == "CumSum") {
        const auto given = axisArgument(walk, id, "axis", 1).values;
        if (given && given->size() == 1)
            axis = normalizeAxis(given->front(), axes.size());
    } else {
        axis = normalizeAxis(walk.graph().node(id).intAttribute("axis", -1), axes.size());
    }
    if (!axis)
        return walk.refuse(id);
    walk.partition().lockAxis(axes[*axis], overAll(walk, id));
    walk.setAxes(id, 0, axes);
}

// Normalizes across neighbouring channels.
void lrn(ChannelWalk& walk, NodeId id)
{
    const AxisList* x = walk.axesOf(id, 0);
    if (!x || x->size() < 2)
        return walk.refuse(id);
    const AxisList axes = *x;
    walk.partition().lockAxis(axes[1], overAll(walk, id));
    walk.setAxes(id, 0, axes);
}

namespace
{

void removeAxes(ChannelWalk& walk, NodeId id, const AxisList& axes, const std::vector<std::size_t>& reduced)
{
    const bool keeps = walk.graph().node(id).intAttribute("keepdims", 1) != 0;
    AxisList out;
    for (std::size_t i = 0; i < axes.size(); ++i) {
        if (std::find(reduced.begin(), reduced.end(), i) == reduced.end()) {
            out.push_back(axes[i]);
            continue;
        }
        walk.partition().lockAxis(axes[i], overAll(walk, id));
        if (keeps)
            out.push_back(Axis::fixed(1));
    }
    walk.setAxes(id, 0, std::move(out));
}

} // namespace

void reduce(ChannelWalk& walk, NodeId id)
{
    const AxisList* x = walk.axesOf(id, 0);
    if (!x)
        return walk.refuse(id);
    const AxisList axes = *x;
    const AxisArgument argument = axisArgument(walk, id, "axes", 1);
    std::vector<std::size_t> reduced;
    if (argument.given) {
        const auto normal = argument.values ? normalizeAxes(*argument.values, axes.size()) : std::nullopt;
        if (!normal)
            return walk.refuse(id);
        reduced = *normal;
    }
    const bool emptyMeansNone = walk.graph().node(id).intAttribute("noop_with_empty_axes", 0) != 0;
    if (reduced.empty() && !emptyMeansNone)
        for (std::size_t i = 0; i < axes.size(); ++i)
            reduced.push_back(i);
    removeAxes(walk, id, axes, reduced);
}

void argReduce(ChannelWalk& walk, NodeId id)
{
    const AxisList* x = walk.axesOf(id, 0);
    const auto axis = x ? normalizeAxis(walk.graph().node(id).intAttribute("axis", 0), x->size()) : std::nullopt;
    if (!axis)
        return walk.refuse(id);
    const AxisList axes = *x;
    removeAxes(walk, id, axes, {*axis});
}

} // namespace hone::rules
