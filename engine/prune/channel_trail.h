// SPDX-License-Identifier: GPL-3.0-or-later
// Channels of a graph over several prunings of it.
#pragma once

#include "prune/selection.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace hone
{

// A graph's groups are found anew once it has been pruned, and they need not be the same ones: a group of one channel is none, and
// names count those that are there. What stays is the place in a layer's weights, less what has left before it. Example: of a weight
// [8, 3, 3, 3] rows 1 and 4 left; row 3 is what was row 5 at first, and a channel of the group that row 5 was in.
class ChannelTrail
{
public:
    // Layers are told by name, so that trained copies of the graph go on the same trail.
    ChannelTrail(const Graph& graph, DependencyGraph dependencies);

    const std::vector<PruningGroup>& groups() const { return m_dependencies.groups; } // at first

    // One more pruning. `graph` and its groups: as they are before it.
    void leave(const Graph& graph, const DependencyGraph& now, const KeptChannels& kept);
    // Of the groups at first.
    KeptChannels staying() const;
    // By group of a graph that is as far on: which it was at first. None where it was none, which doesn't come from pruning.
    std::vector<std::optional<std::size_t>> groupsAtFirst(const Graph& graph, const DependencyGraph& now) const;

private:
    using Place = std::tuple<std::string, std::size_t, int>; // a layer's name, which of its inputs, and an axis of that
    static Place placeOf(const Graph& graph, const Slice& slice);
    std::int64_t atFirst(const Place& place, std::int64_t position) const;

    DependencyGraph m_dependencies;
    std::vector<Place> m_leads;                                          // by group: where its channels are looked up
    std::map<Place, std::map<std::int64_t, std::size_t>> m_groupAtFirst; // by position
    std::map<Place, std::set<std::int64_t>> m_gone;                      // positions at first
};

} // namespace hone
