// SPDX-License-Identifier: GPL-3.0-or-later
// Where the numbers of small integer tensors come from (Shape -> Gather -> Concat -> Reshape), so that those
// that count channels follow when channels leave.
#pragma once

#include "graph/graph.h"
#include "prune/channel_partition.h"

#include <map>
#include <optional>
#include <tuple>
#include <vector>

namespace hone
{

class ChannelWalk;

struct ShapeElement
{
    enum class Source
    {
        Computed, // from others, by arithmetic or in a way that isn't followed
        Written,  // element `index` of the constant at input `input` of `node`
        Extent    // of axis `index` of `value`
    };
    Source source = Source::Computed;
    NodeId node;
    std::size_t input = 0;
    ValueId value;
    std::int64_t index = 0;
    std::optional<std::int64_t> known;
    bool fixed = false; // known, and the same whatever the batch is
};

using ShapeElementList = std::vector<ShapeElement>;

// By element of a list: the axis whose extent it is, none where the element is no extent (-1 in Reshape).
using FollowedAxes = std::vector<std::optional<Axis>>;

class ShapeElements
{
public:
    using Site = std::tuple<std::uint32_t, std::size_t, std::int64_t>; // node, input, element
    // The elements of one input of one node that become numbers of the file; others stay as they are
    // computed.
    using Numbers = std::vector<std::optional<std::int64_t>>;

    explicit ShapeElements(const Graph& graph) : m_graph(graph) {}

    // Elements of a node's input: none where even their count isn't known.
    std::optional<ShapeElementList> at(ChannelWalk& walk, NodeId node, std::size_t input) const;
    void set(ValueId value, ShapeElementList list) { m_lists[value.index] = std::move(list); }
    bool has(ValueId value) const { return m_lists.contains(value.index); }

    // The list, at this use, are the extents of these axes. Numbers that a computation would get wrong once
    // channels have left (head size = embedding width / heads) are written into the file at this use.
    void follow(ChannelWalk& walk, const Use& use, const ShapeElementList& list, const FollowedAxes& axes);
    // All elements become the numbers they are now. False where one isn't fixed.
    bool writeDown(ChannelWalk& walk, const Use& use);
    // Elements that something reads which can't follow a change: it goes on reading the numbers they are now,
    // or, where those depend on the batch, channels that they count stay.
    void freeze(ChannelWalk& walk, NodeId user);
    void freezeInput(ChannelWalk& walk, NodeId user, std::size_t input);
    // What they count stays.
    void lock(ChannelWalk& walk, const ShapeElementList& list, const std::string& user);
    void lockValue(ChannelWalk& walk, ValueId value, const std::string& user);

    const std::map<Site, Axis>& sites() const { return m_sites; }
    const std::map<Use, Numbers>& writtenDown() const { return m_writtenDown; }

private:
    bool mayChange(ChannelWalk& walk, const ShapeElement& element) const;
    bool mustWriteDown(ChannelWalk& walk, const Use& use, std::size_t k, const ShapeElement& element, const Axis& axis) const;

    const Graph& m_graph;
    std::map<std::uint32_t, ShapeElementList> m_lists; // by value
    std::map<Site, Axis> m_sites;
    std::map<Use, Numbers> m_writtenDown;
};

// The contents of an initializer, of an Identity of one, or of a Constant node's tensor; nullptr otherwise. `producer` may be
// invalid.
const Tensor* writtenConstant(const Graph& graph, ValueId value, NodeId producer);

} // namespace hone
