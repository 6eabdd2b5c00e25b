// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/channel_trail.h"

#include "prune/channel_removal.h"

#include <algorithm>
#include <utility>

namespace hone
{
namespace
{

// Every group has one: its first layer's.
const Slice& leadOf(const PruningGroup& group)
{
    return *std::ranges::find(group.slices, SliceRole::Output, &Slice::role);
}

} // namespace

ChannelTrail::ChannelTrail(const Graph& graph, DependencyGraph dependencies) : m_dependencies(std::move(dependencies))
{
    for (std::size_t g = 0; g < groups().size(); ++g) {
        m_leads.push_back(placeOf(graph, leadOf(groups()[g])));
        for (const Slice& slice : groups()[g].slices)
            for (const auto& positions : slice.positions)
                for (const std::int64_t position : positions)
                    m_groupAtFirst[placeOf(graph, slice)][position] = g;
    }
}

ChannelTrail::Place ChannelTrail::placeOf(const Graph& graph, const Slice& slice)
{
    return {graph.node(slice.node).name, slice.input, slice.axis};
}

std::int64_t ChannelTrail::atFirst(const Place& place, std::int64_t position) const
{
    if (const auto gone = m_gone.find(place); gone != m_gone.end())
        for (const std::int64_t left : gone->second) // rising
            if (left <= position)
                ++position;
    return position;
}

void ChannelTrail::leave(const Graph& graph, const DependencyGraph& now, const KeptChannels& kept)
{
    const RemovedChannels removed(now, kept);
    std::map<Place, std::set<std::int64_t>> leaving;
    for (std::size_t g = 0; g < now.groups.size(); ++g)
        for (const Slice& slice : now.groups[g].slices)
            for (const std::int64_t position : removed.positions(g, slice.positions))
                leaving[placeOf(graph, slice)].insert(atFirst(placeOf(graph, slice), position));
    for (auto& [place, positions] : leaving)
        m_gone[place].merge(positions);
}

KeptChannels ChannelTrail::staying() const
{
    KeptChannels staying;
    for (std::size_t g = 0; g < groups().size(); ++g) {
        const auto gone = m_gone.find(m_leads[g]);
        const auto& positions = leadOf(groups()[g]).positions;
        auto& channels = staying.emplace_back();
        for (std::size_t c = 0; c < positions.size(); ++c)
            if (gone == m_gone.end() || !gone->second.contains(positions[c].front()))
                channels.push_back(static_cast<std::int64_t>(c));
    }
    return staying;
}

std::vector<std::optional<std::size_t>> ChannelTrail::groupsAtFirst(const Graph& graph, const DependencyGraph& now) const
{
    std::vector<std::optional<std::size_t>> numbers;
    for (const PruningGroup& group : now.groups) {
        const Slice& lead = leadOf(group);
        const Place place = placeOf(graph, lead);
        const auto known = m_groupAtFirst.find(place);
        auto& number = numbers.emplace_back();
        if (known == m_groupAtFirst.end())
            continue;
        if (const auto found = known->second.find(atFirst(place, lead.positions.front().front())); found != known->second.end())
            number = found->second;
    }
    return numbers;
}

} // namespace hone
