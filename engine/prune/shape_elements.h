// SPDX-License-Identifier: GPL-3.0-or-later
// Where the numbers of small integer tensors come from (Shape -> Gather -> Concat -> Reshape), so that those that count
// channels follow when channels leave.
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
        Computed, // from others in a way that isn't followed
        Written,  // element `index` of the constant at input `input` of `node`
        Extent    // of axis `index` of `value`
    };
    Source source = Source::Computed;
    NodeId node;
    std::size_t input = 0;
    ValueId value;
    std::int64_t index = 0;
    std::optional<std::int64_t> known;
};

using ShapeElementList = std::vector<ShapeElement>;

class ShapeElements
{
public:
    using Site = std::tuple<std::uint32_t, std::size_t, std::int64_t>; // node, input, element

    explicit ShapeElements(const Graph& graph) : m_graph(graph) {}

    // Elements of a node's input: none where even their count isn't known.
    std::optional<ShapeElementList> at(ChannelWalk& walk, NodeId node, std::size_t input) const;
    void set(ValueId value, ShapeElementList list) { m_lists[value.index] = std::move(list); }
    bool has(ValueId value) const { return m_lists.contains(value.index); }

    // The element is (in one use) the extent of this axis.
    void follow(ChannelWalk& walk, const ShapeElement& element, const Axis& axis, const std::string& user);
    // Elements that something reads which can't follow a change.
    void freeze(ChannelWalk& walk, NodeId user);
    void freezeValue(ChannelWalk& walk, ValueId value, const std::string& user);

    const std::map<Site, Axis>& sites() const { return m_sites; }

private:
    const Graph& m_graph;
    std::map<std::uint32_t, ShapeElementList> m_lists; // by value
    std::map<Site, Axis> m_sites;
};

// The contents of an initializer or of a Constant node's tensor; nullptr otherwise. `producer` may be invalid.
const Tensor* writtenConstant(const Graph& graph, ValueId value, NodeId producer);

} // namespace hone
