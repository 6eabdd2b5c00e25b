// SPDX-License-Identifier: GPL-3.0-or-later
// Operators that move, merge and split axes.
#include "prune/channel_rules.h"

#include <algorithm>

namespace hone::rules
{
namespace
{

// Axes [inFrom, inTo) of a value become axes [outFrom, outTo) of another.
struct ReshapeBlock
{
    std::size_t inFrom = 0;
    std::size_t inTo = 0;
    std::size_t outFrom = 0;
    std::size_t outTo = 0;
};

std::int64_t productOf(const std::vector<std::int64_t>& extents, std::size_t from, std::size_t to)
{
    std::int64_t product = 1;
    for (std::size_t i = from; i < to; ++i)
        product *= extents[i];
    return product;
}

bool allKnown(const std::vector<std::int64_t>& extents, std::size_t from, std::size_t to)
{
    return std::all_of(extents.begin() + static_cast<std::ptrdiff_t>(from), extents.begin() + static_cast<std::ptrdiff_t>(to),
                       [](std::int64_t e) { return e >= 1; });
}

// The smallest blocks from the right, as far as extents are known; then equal axes from the left; the rest is one block.
std::vector<ReshapeBlock> matchBlocks(const std::vector<std::int64_t>& in, const std::vector<std::int64_t>& out)
{
    std::vector<ReshapeBlock> blocks;
    std::size_t i = in.size();
    std::size_t o = out.size();
    while (i > 0 && o > 0 && in[i - 1] >= 1 && out[o - 1] >= 1) {
        std::size_t iFrom = i - 1;
        std::size_t oFrom = o - 1;
        std::int64_t left = in[iFrom];
        std::int64_t right = out[oFrom];
        while (left != right) {
            if (left < right && iFrom > 0 && in[iFrom - 1] >= 1)
                left *= in[--iFrom];
            else if (right < left && oFrom > 0 && out[oFrom - 1] >= 1)
                right *= out[--oFrom];
            else
                break;
        }
        if (left != right)
            break;
        blocks.push_back({iFrom, i, oFrom, o});
        i = iFrom;
        o = oFrom;
    }
    std::size_t start = 0;
    while (start < i && start < o && in[start] == out[start] && (in[start] >= 1 || start == 0)) {
        blocks.push_back({start, start + 1, start, start + 1});
        ++start;
    }
    if (start < i || start < o)
        blocks.push_back({start, i, start, o});
    return blocks;
}

// Images keep their channels on the axis behind the batch; elsewhere the last axis runs fastest and is what is meant by
// channels (heads x size, groups x channels; 3 x heads x size in a sequence), or the one before it where whole heads leave.
std::size_t preferredAxis(std::size_t inputRank, const ReshapeBlock& block, AttentionChannels attention)
{
    constexpr std::size_t rankOfSequences = 3;
    const std::size_t count = block.outTo - block.outFrom;
    if (attention == AttentionChannels::Heads && inputRank == rankOfSequences && count > 1)
        return count - 2;
    return inputRank <= 2 || (count > 2 && inputRank > 3) ? 0 : count - 1;
}

Merging mergingOf(const ChannelWalk& walk, NodeId id)
{
    return walk.isDerivedFromConstants(walk.graph().node(id).outputs[0]) ? Merging::KeepLargest : Merging::Strict;
}

AxisList reshapeAxes(ChannelWalk& walk, NodeId id, const AxisList& in, const std::vector<std::int64_t>& target)
{
    std::vector<std::int64_t> extents;
    for (const Axis& axis : in)
        extents.push_back(axis.extent);
    AxisList out(target.size());
    ChannelPartition& partition = walk.partition();
    const std::string operation = walk.describe(id);
    const Merging merging = mergingOf(walk, id);
    for (const ReshapeBlock& block : matchBlocks(extents, target)) {
        const AxisList part(in.begin() + static_cast<std::ptrdiff_t>(block.inFrom), in.begin() + static_cast<std::ptrdiff_t>(block.inTo));
        const Axis merged = partition.merge(part, operation, merging);
        AxisSplit into{
            {target.begin() + static_cast<std::ptrdiff_t>(block.outFrom), target.begin() + static_cast<std::ptrdiff_t>(block.outTo)},
            preferredAxis(in.size(), block, walk.attention())};
        AxisList pieces;
        const bool known = allKnown(target, block.outFrom, block.outTo);
        if (merged.carriesChannels() &&
            (!known || into.extents.empty() || productOf(target, block.outFrom, block.outTo) != merged.extent)) {
            partition.lockAxis(merged, operation + " reshapes it in a way that Hone can't follow");
            for (const std::int64_t extent : into.extents)
                pieces.push_back(Axis::fixed(extent, "the output of " + operation));
        } else {
            if (!into.extents.empty())
                into.preferred = walk.chooseSplit(merged, into, in.size());
            pieces = partition.split(merged, into, operation);
        }
        for (std::size_t i = 0; i < pieces.size(); ++i)
            out[block.outFrom + i] = std::move(pieces[i]);
    }
    return out;
}

std::optional<std::vector<std::int64_t>> outputExtents(const ChannelWalk& walk, NodeId id)
{
    const auto& shape = walk.types().type(walk.graph().node(id).outputs[0]).shape;
    if (!shape)
        return {};
    std::vector<std::int64_t> extents;
    for (const Dim& dim : *shape)
        extents.push_back(dim.extent);
    return extents;
}

} // namespace

void transpose(ChannelWalk& walk, NodeId id)
{
    const AxisList* x = walk.axesOf(id, 0);
    if (!x)
        return walk.refuse(id);
    std::vector<std::int64_t> order = walk.graph().node(id).intsAttribute("perm");
    if (order.empty())
        for (std::size_t i = 0; i < x->size(); ++i)
            order.push_back(static_cast<std::int64_t>(x->size() - 1 - i));
    if (order.size() != x->size())
        return walk.refuse(id);
    AxisList out;
    for (const std::int64_t axis : order) {
        if (axis < 0 || axis >= static_cast<std::int64_t>(x->size()))
            return walk.refuse(id);
        out.push_back((*x)[static_cast<std::size_t>(axis)]);
    }
    walk.setAxes(id, 0, std::move(out));
}

void squeeze(ChannelWalk& walk, NodeId id)
{
    passShapeElements(walk, id);
    const AxisList* x = walk.axesOf(id, 0);
    const auto target = outputExtents(walk, id);
    if (!x || !target)
        return walk.refuse(id);
    const AxisArgument argument = axisArgument(walk, id, "axes", 1);
    AxisList out;
    if (argument.given) {
        const auto dropped = argument.values ? normalizeAxes(*argument.values, x->size()) : std::nullopt;
        if (!dropped)
            return walk.refuse(id);
        for (std::size_t i = 0; i < x->size(); ++i)
            if (std::find(dropped->begin(), dropped->end(), i) == dropped->end())
                out.push_back((*x)[i]);
            else if ((*x)[i].carriesChannels())
                return walk.refuse(id);
    } else {
        for (const Axis& axis : *x)
            if (axis.extent != 1)
                out.push_back(axis);
        if (out.size() != target->size())
            return walk.refuse(id);
    }
    walk.setAxes(id, 0, std::move(out));
}

void unsqueeze(ChannelWalk& walk, NodeId id)
{
    passShapeElements(walk, id);
    const AxisList* x = walk.axesOf(id, 0);
    const auto given = axisArgument(walk, id, "axes", 1).values;
    const auto added = x && given ? normalizeAxes(*given, x->size() + given->size()) : std::nullopt;
    if (!added)
        return walk.refuse(id);
    AxisList out;
    std::size_t next = 0;
    for (std::size_t i = 0; i < x->size() + added->size(); ++i) {
        const bool isNew = std::find(added->begin(), added->end(), i) != added->end();
        if (!isNew && next >= x->size())
            return walk.refuse(id);
        out.push_back(isNew ? Axis::fixed(1) : (*x)[next++]);
    }
    walk.setAxes(id, 0, std::move(out));
}

// [d0, ..., d(axis-1)] and the rest become one axis each.
void flatten(ChannelWalk& walk, NodeId id)
{
    const AxisList* x = walk.axesOf(id, 0);
    if (!x)
        return walk.refuse(id);
    const AxisList axes = *x;
    const auto rank = static_cast<std::int64_t>(axes.size());
    std::int64_t axis = walk.graph().node(id).intAttribute("axis", 1);
    axis = axis < 0 ? axis + rank : axis;
    if (axis < 0 || axis > rank)
        return walk.refuse(id);
    const std::string operation = walk.describe(id);
    const auto middle = axes.begin() + axis;
    AxisList out;
    out.push_back(walk.partition().merge({axes.begin(), middle}, operation, mergingOf(walk, id)));
    out.push_back(walk.partition().merge({middle, axes.end()}, operation, mergingOf(walk, id)));
    walk.setAxes(id, 0, std::move(out));
}

void reshape(ChannelWalk& walk, NodeId id)
{
    passShapeElements(walk, id);
    const Node& node = walk.graph().node(id);
    const AxisList* x = walk.axesOf(id, 0);
    const auto target = outputExtents(walk, id);
    const auto elements = walk.elements().at(walk, id, 1);
    if (!x || !target || !elements || elements->size() != target->size())
        return walk.refuse(id);
    const AxisList axes = *x;
    AxisList out = reshapeAxes(walk, id, axes, *target);
    const bool zeroCopies = node.intAttribute("allowzero", 0) == 0;
    FollowedAxes followed(out.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
        const ShapeElement& element = (*elements)[i];
        if (element.known == -1) // takes what the others leave
            continue;
        if (element.known == 0 && zeroCopies) {
            if (i < axes.size())
                walk.partition().uniteAxes(out[i], axes[i], walk.describe(id));
            continue;
        }
        followed[i] = out[i];
    }
    walk.elements().follow(walk, {id, 1}, *elements, followed);
    walk.setAxes(id, 0, std::move(out));
}

// Broadcasts to a shape: an axis of extent 1 takes the target's extent.
void expand(ChannelWalk& walk, NodeId id)
{
    const AxisList* x = walk.axesOf(id, 0);
    const auto target = outputExtents(walk, id);
    const auto elements = walk.elements().at(walk, id, 1);
    if (!x || !target || !elements || elements->size() > target->size() || x->size() > target->size())
        return walk.refuse(id);
    const AxisList axes = *x;
    AxisList out;
    FollowedAxes extents(elements->size());
    for (std::size_t i = 0; i < target->size(); ++i) {
        Axis axis = Axis::fixed((*target)[i], "the output of " + walk.describe(id));
        if (i + axes.size() >= target->size()) {
            const Axis& source = axes[i + axes.size() - target->size()];
            if (source.extent == (*target)[i] || source.carriesChannels())
                axis = source;
        }
        if (i + elements->size() >= target->size()) {
            const ShapeElement& element = (*elements)[i + elements->size() - target->size()];
            const AxisList* followed = element.source == ShapeElement::Source::Extent ? walk.axesOf(element.value) : nullptr;
            const auto index = static_cast<std::size_t>(element.index);
            if (followed && index < followed->size() && !axis.carriesChannels() && (*followed)[index].extent == axis.extent &&
                (*followed)[index].carriesChannels())
                axis = (*followed)[index]; // a channel for each of that value's
            else if (element.known != 1) {
                const bool repeats = i + axes.size() < target->size() || axes[i + axes.size() - target->size()].extent == 1;
                if (repeats && element.fixed && axis.extent > 1)
                    axis = walk.partition().freshAxis(axis.extent, axis.fixedBy);
                extents[i + elements->size() - target->size()] = axis;
            }
        }
        out.push_back(std::move(axis));
    }
    walk.elements().follow(walk, {id, 1}, *elements, extents);
    walk.setAxes(id, 0, std::move(out));
}

// The whole repeated along an axis: index r * extent + i comes from index i.
void tile(ChannelWalk& walk, NodeId id)
{
    passShapeElements(walk, id);
    const AxisList* x = walk.axesOf(id, 0);
    const auto repeats = walk.elements().at(walk, id, 1);
    if (!x || !repeats || repeats->size() != x->size())
        return walk.refuse(id);
    AxisList out = *x;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const ShapeElement& count = (*repeats)[i];
        if (count.fixed && *count.known == 1)
            continue;
        Axis repeated = Axis::fixed(-1, out[i].fixedBy);
        if (out[i].carriesChannels() && count.fixed && *count.known > 0) {
            repeated.extent = out[i].extent * *count.known;
            for (std::int64_t r = 0; r < *count.known; ++r)
                repeated.atoms.insert(repeated.atoms.end(), out[i].atoms.begin(), out[i].atoms.end());
        } else {
            walk.partition().lockAxis(out[i], walk.describe(id) + " repeats it in a way that Hone can't follow");
        }
        out[i] = std::move(repeated);
    }
    walk.elements().freezeInput(walk, id, 1);
    walk.setAxes(id, 0, std::move(out));
}

// [N, C, H, W] -> [N, C / b^2, H b, W b]. DCR: input k * C' + c makes output c. CRD: input c * b^2 + k does.
void depthToSpace(ChannelWalk& walk, NodeId id)
{
    const Node& node = walk.graph().node(id);
    const AxisList* x = walk.axesOf(id, 0);
    const std::int64_t block = node.intAttribute("blocksize", 0);
    if (!x || x->size() != 4 || block < 1 || (*x)[1].extent < 1 || (*x)[1].extent % (block * block) != 0)
        return walk.refuse(id);
    const AxisList axes = *x;
    lockFrom(walk, id, axes, 2);
    const std::int64_t channels = axes[1].extent / (block * block);
    const bool columnFirst = node.stringAttribute("mode", "DCR") == "CRD";
    Axis made = Axis::fixed(channels, axes[1].fixedBy);
    for (std::int64_t c = 0; axes[1].carriesChannels() && c < channels; ++c) {
        const auto atom = [&](std::int64_t k) {
            return axes[1].atoms[static_cast<std::size_t>(columnFirst ? c * block * block + k : k * channels + c)];
        };
        for (std::int64_t k = 1; k < block * block; ++k)
            walk.partition().unite(atom(0), atom(k));
        made.atoms.push_back(atom(0));
    }
    walk.setAxes(id, 0, {axes[0], made, Axis::fixed(-1), Axis::fixed(-1)});
}

// [N, C, H, W] -> [N, C b^2, H / b, W / b]: output k * C + c comes from input c.
void spaceToDepth(ChannelWalk& walk, NodeId id)
{
    const AxisList* x = walk.axesOf(id, 0);
    const std::int64_t block = walk.graph().node(id).intAttribute("blocksize", 0);
    if (!x || x->size() != 4 || block < 1 || (*x)[1].extent < 1)
        return walk.refuse(id);
    const AxisList axes = *x;
    lockFrom(walk, id, axes, 2);
    Axis made = Axis::fixed(axes[1].extent * block * block, axes[1].fixedBy);
    for (std::int64_t k = 0; axes[1].carriesChannels() && k < block * block; ++k)
        made.atoms.insert(made.atoms.end(), axes[1].atoms.begin(), axes[1].atoms.end());
    walk.setAxes(id, 0, {axes[0], made, Axis::fixed(-1), Axis::fixed(-1)});
}

} // namespace hone::rules
