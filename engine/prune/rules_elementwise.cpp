// SPDX-License-Identifier: GPL-3.0-or-later
// Operators that treat each channel on its own: activations, broadcast arithmetic, normalization by channel, pooling,
// resizing, padding.
#include "prune/channel_rules.h"

#include <algorithm>

namespace hone::rules
{
namespace
{

// Every input but the first must have no channels.
void lockOthers(ChannelWalk& walk, NodeId id)
{
    const Node& node = walk.graph().node(id);
    for (std::size_t i = 1; i < node.inputs.size(); ++i)
        if (const AxisList* axes = walk.axesOf(id, i))
            lockFrom(walk, id, *axes, 0);
}

// A spatial axis changes with the operator's parameters, not with channels.
AxisList withFixedSpatialAxes(ChannelWalk& walk, NodeId id, const AxisList& x)
{
    lockFrom(walk, id, x, std::min<std::size_t>(2, x.size()));
    AxisList out = x;
    for (std::size_t i = 2; i < out.size(); ++i)
        out[i] = Axis::fixed(-1);
    return out;
}

// The axis that stands for what these broadcast to.
Axis broadcastAxis(ChannelWalk& walk, NodeId id, const std::vector<Axis>& axes)
{
    Axis result = Axis::fixed(1);
    bool first = true;
    for (const Axis& axis : axes) {
        if (axis.extent == 1)
            continue;
        if (first) {
            result = axis;
            first = false;
            continue;
        }
        walk.partition().uniteAxes(result, axis, walk.describe(id));
        walk.noteCoupling(id, result, axis);
        // The one that a layer makes stands for both, so that reasons can name it.
        if (!result.carriesChannels() ? axis.carriesChannels() || result.fixedBy.empty() : !walk.isMade(result) && walk.isMade(axis))
            result = axis;
    }
    return result;
}

} // namespace

void unary(ChannelWalk& walk, NodeId id)
{
    if (walk.graph().node(id).opType == "Identity" || walk.graph().node(id).opType == "Cast")
        passShapeElements(walk, id);
    const AxisList* x = walk.axesOf(id, 0);
    if (!x)
        return walk.refuse(id);
    const AxisList axes = *x;
    lockOthers(walk, id);
    for (std::size_t i = 0; i < walk.graph().node(id).outputs.size(); ++i)
        walk.setAxes(id, i, axes);
}

void broadcast(ChannelWalk& walk, NodeId id)
{
    const Node& node = walk.graph().node(id);
    if (followsShapeElements(node) && passShapeElements(walk, id))
        return walk.setFixed(id);
    std::vector<AxisList> inputs;
    std::size_t rank = 0;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
        const AxisList* axes = walk.axesOf(id, i);
        if (!axes)
            return walk.refuse(id);
        inputs.push_back(*axes);
        rank = std::max(rank, axes->size());
    }
    AxisList out;
    for (std::size_t i = 0; i < rank; ++i) {
        std::vector<Axis> beside;
        for (const AxisList& axes : inputs)
            if (i + axes.size() >= rank)
                beside.push_back(axes[i + axes.size() - rank]);
        out.push_back(broadcastAxis(walk, id, beside));
    }
    walk.setAxes(id, 0, std::move(out));
}

void channelNormalization(ChannelWalk& walk, NodeId id)
{
    const Node& node = walk.graph().node(id);
    const AxisList* x = walk.axesOf(id, 0);
    if (!x || x->size() < 2)
        return walk.refuse(id);
    const AxisList axes = *x;
    // As exporters write GroupNormalization: [N, groups, channels of a group x pixels].
    for (std::size_t i = 2; node.opType == "InstanceNormalization" && i < axes.size(); ++i)
        walk.restrict({id, {{0, static_cast<int>(i)}}, {{0, static_cast<int>(i)}}, 0, {}}, axes[i]);
    for (std::size_t i = 1; i < node.inputs.size(); ++i) {
        const AxisList* perChannel = walk.axesOf(id, i);
        if (!perChannel || perChannel->size() != 1)
            return walk.refuse(id);
        walk.partition().uniteAxes(axes[1], perChannel->front(), walk.describe(id));
    }
    walk.setAxes(id, 0, axes);
    for (std::size_t i = 1; i < node.outputs.size(); ++i) // running statistics of training mode
        walk.setAxes(id, i, {axes[1]});
}

void pool(ChannelWalk& walk, NodeId id)
{
    const Node& node = walk.graph().node(id);
    const AxisList* x = walk.axesOf(id, 0);
    if (!x || x->size() < 2)
        return walk.refuse(id);
    const AxisList axes = *x;
    const bool indicesAreRead = node.outputs.size() > 1 && node.outputs[1].valid();
    if (indicesAreRead) // they count over all channels
        return walk.refuse(id);
    AxisList out = withFixedSpatialAxes(walk, id, axes);
    if (node.opType.starts_with("Global"))
        for (std::size_t i = 2; i < out.size(); ++i)
            out[i] = Axis::fixed(1);
    walk.setAxes(id, 0, std::move(out));
}

// Resize-10: X, scales. From 11 on: X, roi, scales, sizes, with `axes` from 18 on. Upsample: X, scales.
void resize(ChannelWalk& walk, NodeId id)
{
    const Node& node = walk.graph().node(id);
    const AxisList* x = walk.axesOf(id, 0);
    const bool crops = node.stringAttribute("coordinate_transformation_mode", "") == "tf_crop_and_resize";
    if (!x || x->size() < 2 || crops)
        return walk.refuse(id);
    const AxisList axes = *x;
    AxisList out = withFixedSpatialAxes(walk, id, axes);
    const auto& shape = walk.types().type(node.outputs[0]).shape;
    for (std::size_t i = 0; i < 2; ++i)
        if (axes[i].carriesChannels() && (!shape || shape->size() != axes.size() || (*shape)[i].extent != axes[i].extent))
            return walk.refuse(id);
    for (std::size_t input = 1; input < node.inputs.size(); ++input) {
        const auto elements = walk.elements().at(walk, id, input);
        const bool isSizes = node.opType == "Resize" && input == 3 && elements && !elements->empty();
        if (!isSizes) {
            walk.elements().freezeInput(walk, id, input);
            continue;
        }
        const auto which = normalizeAxes(node.intsAttribute("axes"), axes.size());
        FollowedAxes sizes(elements->size());
        for (std::size_t k = 0; k < elements->size(); ++k) {
            const std::size_t axis = which && !which->empty() && k < which->size() ? (*which)[k] : k;
            if (axis < out.size())
                sizes[k] = out[axis];
        }
        walk.elements().follow(walk, {id, input}, *elements, sizes);
    }
    walk.setAxes(id, 0, std::move(out));
}

// Channels added by padding stay; those between them follow the input.
void pad(ChannelWalk& walk, NodeId id)
{
    const Node& node = walk.graph().node(id);
    const AxisList* x = walk.axesOf(id, 0);
    const auto pads = axisArgument(walk, id, "pads", 1).values;
    if (!x || !pads)
        return walk.refuse(id);
    const AxisList axes = *x;
    const AxisArgument which = axisArgument(walk, id, "axes", 3);
    std::vector<std::size_t> padded(axes.size());
    for (std::size_t i = 0; i < padded.size(); ++i)
        padded[i] = i;
    if (which.given) {
        const auto normal = which.values ? normalizeAxes(*which.values, axes.size()) : std::nullopt;
        if (!normal)
            return walk.refuse(id);
        padded = *normal;
    }
    if (pads->size() != 2 * padded.size())
        return walk.refuse(id);
    AxisList out = axes;
    const bool constant = node.stringAttribute("mode", "constant") == "constant";
    for (std::size_t k = 0; k < padded.size(); ++k) {
        const Axis& axis = axes[padded[k]];
        const std::int64_t before = (*pads)[k];
        const std::int64_t after = (*pads)[padded.size() + k];
        if (before == 0 && after == 0)
            continue;
        out[padded[k]] = Axis::fixed(axis.extent < 0 ? -1 : axis.extent + before + after, axis.fixedBy);
        if (!axis.carriesChannels())
            continue;
        if (!constant || before < 0 || after < 0)
            return walk.refuse(id);
        const std::string by = walk.describe(id);
        Axis joined = walk.partition().lockedAxis(Axis::fixed(before, "the padding of " + by), by);
        const Axis tail = walk.partition().lockedAxis(Axis::fixed(after, "the padding of " + by), by);
        joined.atoms.insert(joined.atoms.end(), axis.atoms.begin(), axis.atoms.end());
        joined.atoms.insert(joined.atoms.end(), tail.atoms.begin(), tail.atoms.end());
        joined.extent = axis.extent + before + after;
        out[padded[k]] = std::move(joined);
    }
    walk.setAxes(id, 0, std::move(out));
}

} // namespace hone::rules
