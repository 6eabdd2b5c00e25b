// SPDX-License-Identifier: GPL-3.0-or-later
// Operators that compute over whole axes: those axes must keep every channel, or are proved on the channels that stay.
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
    std::vector<AxisList> beside; // scale, bias: one number for each place of the trailing axes
    for (std::size_t i = 1; i < node.inputs.size(); ++i) {
        const AxisList* scale = walk.axesOf(id, i);
        beside.push_back(scale ? *scale : AxisList{});
    }
    for (std::size_t k = *axis; k < axes.size(); ++k) {
        Restriction whole{id, {{0, static_cast<int>(k)}}, {{0, static_cast<int>(k)}}, 0, {}};
        for (std::size_t i = 0; i < beside.size(); ++i) {
            if (k + beside[i].size() < axes.size())
                continue;
            const std::size_t place = k + beside[i].size() - axes.size();
            if (beside[i][place].extent == 1)
                continue;
            walk.partition().uniteAxes(axes[k], beside[i][place], walk.describe(id));
            whole.inputs.push_back({i + 1, static_cast<int>(place)});
        }
        walk.restrict(std::move(whole), axes[k]);
    }
    walk.setAxes(id, 0, axes);
    for (std::size_t i = 1; i < node.outputs.size(); ++i) { // mean and deviation
        AxisList statistics = axes;
        for (std::size_t k = *axis; k < statistics.size(); ++k)
            statistics[k] = Axis::fixed(1);
        walk.setAxes(id, i, std::move(statistics));
    }
}

// [N, C, ...] in num_groups groups of neighbouring channels, which lose evenly. Scale and bias: one a channel, or (before opset
// 21) one a group.
void groupNormalization(ChannelWalk& walk, NodeId id)
{
    const Node& node = walk.graph().node(id);
    const AxisList* x = walk.axesOf(id, 0);
    const std::int64_t groups = node.intAttribute("num_groups", 0);
    if (!x || x->size() < 2 || groups < 1 || (*x)[1].extent % groups != 0)
        return walk.refuse(id);
    const AxisList axes = *x;
    const Axis& channels = axes[1];
    const std::int64_t each = channels.extent / groups;
    if (each == 1)
        walk.partition().lockAxis(channels, walk.describe(id) + " has a group for each of its channels");
    for (std::int64_t i = each; channels.carriesChannels() && i < channels.extent; ++i)
        walk.partition().unite(channels.atoms[static_cast<std::size_t>(i % each)], channels.atoms[static_cast<std::size_t>(i)]);
    Restriction whole{id, {{0, 1}}, {{0, 1}}, 0, {}};
    for (std::size_t i = 1; i < node.inputs.size(); ++i) {
        const AxisList* scale = walk.axesOf(id, i);
        if (!scale || scale->size() != 1)
            return walk.refuse(id);
        if (scale->front().extent != channels.extent)
            continue;
        walk.partition().uniteAxes(channels, scale->front(), walk.describe(id));
        whole.inputs.push_back({i, 0});
    }
    walk.restrict(std::move(whole), channels);
    walk.setAxes(id, 0, axes);
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
    if (walk.graph().node(id).opType == "LpNormalization") // a zero adds nothing to a norm
        walk.markRead(id, 0, static_cast<int>(*axis));
    else
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

enum class Reduction
{
    ZerosDontCount, // sums and norms
    Restricted,     // means, extremes: of what stays
    Unchangeable
};

Reduction reductionOf(const std::string& op)
{
    if (op == "ReduceSum" || op == "ReduceL1" || op == "ReduceL2" || op == "ReduceSumSquare" || op == "ReduceLogSum")
        return Reduction::ZerosDontCount;
    return op.starts_with("Reduce") ? Reduction::Restricted : Reduction::Unchangeable;
}

void removeAxes(ChannelWalk& walk, NodeId id, const AxisList& axes, const std::vector<std::size_t>& reduced)
{
    const Reduction reduction = reductionOf(walk.graph().node(id).opType);
    const bool keeps = walk.graph().node(id).intAttribute("keepdims", 1) != 0;
    AxisList out;
    for (std::size_t i = 0; i < axes.size(); ++i) {
        if (std::find(reduced.begin(), reduced.end(), i) == reduced.end()) {
            out.push_back(axes[i]);
            continue;
        }
        if (reduction == Reduction::ZerosDontCount)
            walk.markRead(id, 0, static_cast<int>(i));
        else if (reduction == Reduction::Restricted)
            walk.restrict({id, {{0, static_cast<int>(i)}}, {}, 0, {}}, axes[i]);
        else
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
