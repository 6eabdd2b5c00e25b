// SPDX-License-Identifier: GPL-3.0-or-later
// LSTM, GRU, RNN: the hidden width, which all gates, both directions, the states and what reads them share.
#include "prune/channel_rules.h"

#include <algorithm>

namespace hone::rules
{
namespace
{

std::int64_t gatesOf(const Node& node)
{
    return node.opType == "LSTM" ? 4 : node.opType == "GRU" ? 3 : 1;
}

// Index g * hidden + h of `blocks`, for each block g, is index h of the hidden width.
void uniteGates(ChannelWalk& walk, NodeId id, const Axis& hidden, const Axis& blocks, std::int64_t count)
{
    ChannelPartition& partition = walk.partition();
    if (!hidden.carriesChannels() || !blocks.carriesChannels() || blocks.extent != hidden.extent * count) {
        partition.lockAxis(hidden, walk.describe(id) + " has weights that Hone can't follow");
        partition.lockAxis(blocks, walk.describe(id) + " has weights that Hone can't follow");
        return;
    }
    for (std::int64_t i = 0; i < blocks.extent; ++i)
        partition.unite(hidden.atoms[static_cast<std::size_t>(i % hidden.extent)], blocks.atoms[static_cast<std::size_t>(i)]);
}

// An optional input of so many axes; none where it is left out.
const AxisList* optionalAxes(ChannelWalk& walk, NodeId id, std::size_t input, std::size_t rank)
{
    const AxisList* axes = walk.graph().node(id).input(input).valid() ? walk.axesOf(id, input) : nullptr;
    return axes && axes->size() == rank ? axes : nullptr;
}

bool hasUnknown(ChannelWalk& walk, NodeId id)
{
    const Node& node = walk.graph().node(id);
    static const std::pair<std::size_t, std::size_t> ranks[] = {{0, 3}, {1, 3}, {2, 3}, {3, 2}, {4, 1}, {5, 3}, {6, 3}, {7, 2}};
    return std::ranges::any_of(ranks, [&](const auto& one) {
        return (one.first < 3 || node.input(one.first).valid()) && !optionalAxes(walk, id, one.first, one.second);
    });
}

} // namespace

// X [T, N, I], W [D, gates H, I], R [D, gates H, H], B [D, 2 gates H], lengths [N], initial states [D, N, H],
// peepholes [D, 3 H]; Y [T, D, N, H], last states [D, N, H]. With layout 1 N comes first. Directions D, gates
// and time stay; a unit h leaves with its rows of W and R and its column of R, through which the others read
// it.
void recurrent(ChannelWalk& walk, NodeId id)
{
    if (hasUnknown(walk, id))
        return walk.refuse(id);
    const Node& node = walk.graph().node(id);
    const std::int64_t gates = gatesOf(node);
    const bool batchFirst = node.intAttribute("layout", 0) == 1;
    const AxisList x = *walk.axesOf(id, 0);
    const AxisList w = *walk.axesOf(id, 1);
    const AxisList r = *walk.axesOf(id, 2);
    const Axis hidden = r[2];
    ChannelPartition& partition = walk.partition();
    for (const Axis& axis : {x[0], x[1], w[0], r[0]})
        partition.lockAxis(axis, overAll(walk, id));
    partition.uniteAxes(x[2], w[2], walk.describe(id));
    uniteGates(walk, id, hidden, w[1], gates);
    uniteGates(walk, id, hidden, r[1], gates);
    for (const std::size_t input : {3u, 7u})
        if (const AxisList* axes = optionalAxes(walk, id, input, 2)) {
            partition.lockAxis((*axes)[0], overAll(walk, id));
            uniteGates(walk, id, hidden, Axis((*axes)[1]), input == 3 ? 2 * gates : 3);
        }
    if (const AxisList* lengths = optionalAxes(walk, id, 4, 1))
        lockFrom(walk, id, *lengths, 0);
    for (const std::size_t input : {5u, 6u})
        if (const AxisList* axes = optionalAxes(walk, id, input, 3)) {
            const AxisList state = *axes;
            partition.lockAxis(state[0], overAll(walk, id));
            partition.lockAxis(state[1], overAll(walk, id));
            partition.uniteAxes(hidden, state[2], walk.describe(id));
            walk.noteCoupling(id, hidden, state[2]);
        }
    walk.markMade(id, w[1], gates);
    walk.markMade(id, r[1], gates);
    walk.markRead(id, 1, 2);
    walk.markRead(id, 2, 2);
    if (node.hasAttribute("hidden_size") && hidden.carriesChannels()) {
        CountEdit edit;
        edit.place = CountEdit::Place::Attribute;
        edit.node = id;
        edit.attribute = "hidden_size";
        edit.before = hidden.extent;
        walk.addCount({std::move(edit), hidden.atoms});
    }
    const Axis directions = Axis::fixed(w[0].extent);
    const Axis& batch = x[batchFirst ? 0 : 1];
    const Axis& time = x[batchFirst ? 1 : 0];
    const AxisList last = batchFirst ? AxisList{batch, directions, hidden} : AxisList{directions, batch, hidden};
    walk.setAxes(id, 0, batchFirst ? AxisList{batch, time, directions, hidden} : AxisList{time, directions, batch, hidden});
    walk.setAxes(id, 1, last);
    walk.setAxes(id, 2, last);
}

} // namespace hone::rules
