// SPDX-License-Identifier: GPL-3.0-or-later
// Conv, ConvTranspose, Gemm, MatMul: their weights' axes are where channels are made and read.
#include "prune/channel_rules.h"

#include <algorithm>

namespace hone::rules
{
namespace
{

// Atoms whose indices differ by whole strides become one: channels leave evenly from each of the blocks.
void uniteAcrossBlocks(ChannelPartition& partition, const Axis& axis, std::int64_t blocks)
{
    if (!axis.carriesChannels() || blocks < 1)
        return;
    const std::int64_t stride = axis.extent / blocks;
    for (std::int64_t i = stride; i < stride * blocks; ++i)
        partition.unite(axis.atoms[static_cast<std::size_t>(i % stride)], axis.atoms[static_cast<std::size_t>(i)]);
}

// Index i * count + k of `fine` belongs to index i of `coarse`.
void uniteRepeated(ChannelWalk& walk, NodeId node, const Axis& coarse, const Axis& fine)
{
    ChannelPartition& partition = walk.partition();
    if (!coarse.carriesChannels() || !fine.carriesChannels() || coarse.extent < 1 || fine.extent % coarse.extent != 0) {
        partition.uniteAxes(coarse, fine, walk.describe(node));
        return;
    }
    const std::int64_t count = fine.extent / coarse.extent;
    for (std::int64_t i = 0; i < fine.extent; ++i)
        partition.unite(coarse.atoms[static_cast<std::size_t>(i / count)], fine.atoms[static_cast<std::size_t>(i)]);
}

// Index g * stride + j of `channels` is read by index j of `weights`, for each block g.
void uniteBlocks(ChannelWalk& walk, NodeId node, const Axis& channels, const Axis& weights, std::int64_t blocks)
{
    ChannelPartition& partition = walk.partition();
    if (!channels.carriesChannels() || !weights.carriesChannels() || channels.extent != weights.extent * blocks) {
        partition.uniteAxes(channels, weights, walk.describe(node));
        return;
    }
    for (std::int64_t i = 0; i < channels.extent; ++i)
        partition.unite(weights.atoms[static_cast<std::size_t>(i % weights.extent)], channels.atoms[static_cast<std::size_t>(i)]);
}

void countGroups(ChannelWalk& walk, NodeId id, const Axis& channels, std::int64_t groups)
{
    if (!channels.carriesChannels())
        return;
    CountEdit edit;
    edit.place = CountEdit::Place::Attribute;
    edit.node = id;
    edit.attribute = "group";
    edit.before = groups;
    walk.addCount({std::move(edit), channels.atoms});
}

void uniteBias(ChannelWalk& walk, NodeId id, const Axis& channels)
{
    if (!walk.graph().node(id).input(2).valid())
        return;
    const AxisList* bias = walk.axesOf(id, 2);
    if (bias && bias->size() == 1)
        walk.partition().uniteAxes(channels, bias->front(), walk.describe(id));
    else
        walk.partition().lockAxis(channels, walk.describe(id) + " has a bias that Hone can't follow");
}

// The input's channel axis; spatial axes may not carry channels, since the kernel slides along them.
Axis inputChannels(ChannelWalk& walk, NodeId id)
{
    const AxisList* x = walk.axesOf(id, 0);
    if (!x || x->size() < 3)
        return Axis::fixed(-1, "an input that Hone can't follow");
    lockFrom(walk, id, *x, 2);
    return (*x)[1];
}

AxisList convOutput(ChannelWalk& walk, NodeId id, const Axis& channels, std::size_t rank)
{
    AxisList out(rank);
    if (const AxisList* x = walk.axesOf(id, 0); x && !x->empty())
        out[0] = (*x)[0];
    out[1] = channels;
    return out;
}

bool isDirectOrDerived(const ChannelWalk& walk, ValueId value)
{
    return walk.graph().isConstant(value) || walk.isDerivedFromConstants(value);
}

} // namespace

// Weight [O, I / groups, k...]: rows make channels, columns read them. With one input channel a group (depthwise) row
// i * m + k belongs to input channel i, and the groups are counted by the channels that stay.
void conv(ChannelWalk& walk, NodeId id)
{
    const Node& node = walk.graph().node(id);
    const AxisList* weight = walk.axesOf(id, 1);
    if (!weight || weight->size() < 3)
        return walk.refuse(id);
    const Axis rows = (*weight)[0];
    const Axis columns = (*weight)[1];
    const std::size_t rank = weight->size();
    lockFrom(walk, id, *weight, 2);
    const std::int64_t groups = node.intAttribute("group", 1);
    const Axis channels = inputChannels(walk, id);
    if (groups > 1 && columns.extent == 1) {
        uniteRepeated(walk, id, channels, rows);
        countGroups(walk, id, channels, groups);
    } else if (groups > 1) {
        uniteAcrossBlocks(walk.partition(), rows, groups);
        uniteBlocks(walk, id, channels, columns, groups);
        walk.markMade(id, rows);
        walk.markRead(id, 1, 1);
    } else {
        walk.partition().uniteAxes(channels, columns, walk.describe(id));
        walk.markMade(id, rows);
        walk.markRead(id, 1, 1);
    }
    uniteBias(walk, id, rows);
    walk.setAxes(id, 0, convOutput(walk, id, rows, rank));
}

// Weight [I, O / groups, k...].
void convTranspose(ChannelWalk& walk, NodeId id)
{
    const Node& node = walk.graph().node(id);
    const AxisList* weight = walk.axesOf(id, 1);
    if (!weight || weight->size() < 3)
        return walk.refuse(id);
    const Axis rows = (*weight)[0];
    const Axis columns = (*weight)[1];
    const std::size_t rank = weight->size();
    lockFrom(walk, id, *weight, 2);
    const std::int64_t groups = node.intAttribute("group", 1);
    ChannelPartition& partition = walk.partition();
    const Axis channels = inputChannels(walk, id);
    partition.uniteAxes(channels, rows, walk.describe(id));
    Axis made = columns;
    if (groups > 1) {
        const bool depthwise = rows.extent == groups;
        made = Axis::fixed(columns.extent < 0 ? -1 : columns.extent * groups, rows.fixedBy);
        const Axis& source = depthwise ? rows : columns;
        if (depthwise)
            partition.lockAxis(columns, walk.describe(id) + " makes them of one channel each");
        else
            uniteAcrossBlocks(partition, rows, groups);
        for (std::int64_t i = 0; source.carriesChannels() && i < made.extent; ++i)
            made.atoms.push_back(source.atoms[static_cast<std::size_t>(depthwise ? i / columns.extent : i % columns.extent)]);
        if (depthwise)
            countGroups(walk, id, rows, groups);
    }
    if (groups == 1 || rows.extent != groups) {
        walk.markMade(id, columns);
        walk.markRead(id, 1, 0);
    }
    uniteBias(walk, id, made);
    walk.setAxes(id, 0, convOutput(walk, id, made, rank));
}

// [M, K] x [K, N], each perhaps transposed, plus C broadcast to [M, N].
void gemm(ChannelWalk& walk, NodeId id)
{
    const Node& node = walk.graph().node(id);
    const AxisList* b = walk.axesOf(id, 1);
    if (!b || b->size() != 2)
        return walk.refuse(id);
    const std::size_t rowAxis = node.intAttribute("transA", 0) ? 1 : 0;
    const std::size_t readAxis = node.intAttribute("transB", 0) ? 1 : 0;
    const AxisList weight = *b;
    const AxisList* a = walk.axesOf(id, 0);
    Axis rows = Axis::fixed(-1, "an input that Hone can't follow");
    Axis read = rows;
    if (a && a->size() == 2) {
        rows = (*a)[rowAxis];
        read = (*a)[1 - rowAxis];
    }
    const Axis made = weight[1 - readAxis];
    walk.partition().uniteAxes(read, weight[readAxis], walk.describe(id));
    if (isDirectOrDerived(walk, node.input(1)))
        walk.markMade(id, made);
    walk.markRead(id, 1, static_cast<int>(readAxis));
    AxisList out = {rows, made};
    if (node.input(2).valid()) {
        const AxisList* c = walk.axesOf(id, 2);
        if (!c || c->size() > 2)
            return walk.refuse(id);
        for (std::size_t i = 0; i < c->size(); ++i)
            if ((*c)[c->size() - 1 - i].extent != 1)
                walk.partition().uniteAxes(out[1 - i], (*c)[c->size() - 1 - i], walk.describe(id));
    }
    walk.setAxes(id, 0, std::move(out));
}

// [..., M, K] x [..., K, N]; a vector has no M or no N.
void matMul(ChannelWalk& walk, NodeId id)
{
    const Node& node = walk.graph().node(id);
    const AxisList* pa = walk.axesOf(id, 0);
    const AxisList* pb = walk.axesOf(id, 1);
    if (!pa || !pb || pa->empty() || pb->empty())
        return walk.refuse(id);
    const AxisList a = *pa;
    const AxisList b = *pb;
    const std::size_t readA = a.size() - 1;
    const std::size_t readB = b.size() == 1 ? 0 : b.size() - 2;
    walk.partition().uniteAxes(a[readA], b[readB], walk.describe(id));
    walk.noteCoupling(id, a[readA], b[readB]);

    AxisList out;
    const std::size_t batchA = a.size() < 2 ? 0 : a.size() - 2;
    const std::size_t batchB = b.size() < 2 ? 0 : b.size() - 2;
    const std::size_t batch = std::max(batchA, batchB);
    for (std::size_t i = 0; i < batch; ++i) {
        const bool hasA = i + batchA >= batch;
        const bool hasB = i + batchB >= batch;
        const Axis* left = hasA ? &a[i + batchA - batch] : nullptr;
        const Axis* right = hasB ? &b[i + batchB - batch] : nullptr;
        if (left && right && left->extent != 1 && right->extent != 1) {
            walk.partition().uniteAxes(*left, *right, walk.describe(id));
            walk.noteCoupling(id, *left, *right);
        }
        const bool takeRight = !left || (left->extent == 1 && right) || (right && right->carriesChannels());
        out.push_back(takeRight ? *right : *left);
    }
    if (a.size() > 1)
        out.push_back(a[a.size() - 2]);
    if (b.size() > 1)
        out.push_back(b.back());

    const bool constantB = isDirectOrDerived(walk, node.input(1));
    if (constantB && b.size() > 1)
        walk.markMade(id, b.back());
    else if (isDirectOrDerived(walk, node.input(0)) && a.size() > 1)
        walk.markMade(id, a[a.size() - 2]);
    if (constantB)
        walk.markRead(id, 1, static_cast<int>(readB));
    else
        walk.markRead(id, 0, static_cast<int>(readA));
    walk.setAxes(id, 0, std::move(out));
}

} // namespace hone::rules
