// SPDX-License-Identifier: GPL-3.0-or-later
// Classes of atoms with the same places in the graph make a group.
#include "prune/dependency_graph.h"

#include "prune/channel_walk.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <tuple>

namespace hone
{
namespace
{

struct ChannelClass
{
    std::map<int, std::vector<std::int64_t>> places; // by origin
    std::set<int> pieces;
};

// What channels of one group have in common: the same number of places in the same constants and pieces.
using Signature = std::pair<std::vector<std::pair<int, std::size_t>>, std::vector<int>>;

class GroupBuilder
{
public:
    explicit GroupBuilder(ChannelWalk& walk) : m_walk(walk) {}

    DependencyGraph build()
    {
        collectClasses();
        formGroups();
        for (std::size_t i = 0; i < m_members.size(); ++i)
            m_result.groups.push_back(describeGroup(i));
        addReadings();
        addRestrictions();
        for (PruningGroup& group : m_result.groups)
            addFollowersAndReaders(group);
        addReasons();
        addFollowerReasons();
        nameGroups();
        addCounts();
        for (const auto& [use, numbers] : m_walk.elements().writtenDown())
            m_result.written.push_back({use.node, use.input, numbers});
        addUnprunable();
        return std::move(m_result);
    }

private:
    const AtomOrigin& origin(int i) const { return m_walk.origins()[static_cast<std::size_t>(i)]; }

    void collectClasses()
    {
        ChannelPartition& partition = m_walk.partition();
        // Only what a layer makes is pruned; the many other axes of constants (kernels, embeddings) form no classes.
        for (const AtomOrigin& from : m_walk.origins())
            for (std::int64_t k = 0; !from.makers.empty() && k < from.extent; ++k)
                if (const Atom atom = from.first + static_cast<Atom>(k); !partition.isLocked(atom))
                    m_classes[partition.root(atom)];
        for (std::size_t i = 0; i < m_walk.origins().size(); ++i)
            for (std::int64_t k = 0; k < m_walk.origins()[i].extent; ++k) {
                const Atom atom = m_walk.origins()[i].first + static_cast<Atom>(k);
                if (const auto found = m_classes.find(partition.root(atom)); found != m_classes.end())
                    found->second.places[static_cast<int>(i)].push_back(k);
            }
        for (const auto& [atom, piece] : m_walk.pieces())
            if (const auto found = m_classes.find(partition.root(atom)); found != m_classes.end())
                found->second.pieces.insert(piece);
    }

    std::uint32_t orderOf(NodeId node) const { return m_order.at(node.index); }

    // The earliest layer's origin that makes the class.
    int firstMade(const ChannelClass& channel) const
    {
        int first = -1;
        for (const auto& [i, positions] : channel.places)
            if (!origin(i).makers.empty() && (first < 0 || orderOf(origin(i).makers.front()) < orderOf(origin(first).makers.front())))
                first = i;
        return first;
    }

    void formGroups()
    {
        for (const NodeId id : m_walk.graph().order())
            m_order[id.index] = static_cast<std::uint32_t>(m_order.size());
        std::map<Signature, std::vector<Atom>> bySignature;
        for (const auto& [root, channel] : m_classes) {
            Signature signature;
            for (const auto& [i, positions] : channel.places)
                signature.first.emplace_back(i, positions.size());
            signature.second.assign(channel.pieces.begin(), channel.pieces.end());
            bySignature[signature].push_back(root);
        }
        using Place = std::tuple<std::uint32_t, std::int64_t>;
        std::vector<std::pair<Place, std::vector<Atom>>> groups;
        for (auto& [signature, roots] : bySignature) {
            const int lead = firstMade(m_classes.at(roots.front()));
            const auto at = [&](Atom root) { return m_classes.at(root).places.at(lead).front(); };
            std::sort(roots.begin(), roots.end(), [&](Atom a, Atom b) { return at(a) < at(b); });
            if (roots.size() > 1) // a single channel can't leave
                groups.push_back({{orderOf(origin(lead).makers.front()), at(roots.front())}, roots});
        }
        std::sort(groups.begin(), groups.end());
        for (auto& [place, roots] : groups) {
            for (std::size_t c = 0; c < roots.size(); ++c)
                m_channelOf[roots[c]] = {static_cast<std::uint32_t>(m_members.size()), static_cast<std::uint32_t>(c)};
            m_members.push_back(std::move(roots));
        }
    }

    // Outputs that an index of a layer's weight stands for: the groups of a transposed convolution share theirs.
    std::int64_t outputsOfEach(const AtomOrigin& weight) const
    {
        const Node& maker = m_walk.graph().node(weight.makers.front());
        return maker.opType == "ConvTranspose" && weight.axis == 1 ? maker.intAttribute("group", 1) : 1;
    }

    PruningGroup describeGroup(std::size_t number) const
    {
        const std::vector<Atom>& roots = m_members[number];
        const ChannelClass& first = m_classes.at(roots.front());
        const int lead = firstMade(first);
        PruningGroup group;
        group.channels = static_cast<std::int64_t>(roots.size());
        group.granularity = static_cast<std::int64_t>(first.places.at(lead).size()) / origin(lead).blocks * outputsOfEach(origin(lead));
        for (const auto& [i, positions] : first.places) {
            const AtomOrigin& from = origin(i);
            Slice slice{from.constant, from.node, from.input, from.everyUse, from.axis};
            slice.role = !from.makers.empty() ? SliceRole::Output : from.isRead ? SliceRole::Input : SliceRole::Elementwise;
            for (const Atom root : roots)
                slice.positions.push_back(m_classes.at(root).places.at(i));
            group.slices.push_back(std::move(slice));
            for (const NodeId maker : from.makers)
                if (std::find(group.layers.begin(), group.layers.end(), maker) == group.layers.end())
                    group.layers.push_back(maker);
        }
        std::sort(group.layers.begin(), group.layers.end(), [this](NodeId a, NodeId b) { return orderOf(a) < orderOf(b); });
        return group;
    }

    // Once its slices and readings are known.
    void addFollowersAndReaders(PruningGroup& group) const
    {
        std::map<std::uint32_t, NodeId> followers; // in order
        std::map<std::uint32_t, NodeId> readers;
        const auto makes = [&](NodeId node) { return std::ranges::count(group.layers, node) > 0; };
        for (const Slice& slice : group.slices)
            if (slice.role == SliceRole::Input)
                readers[orderOf(slice.node)] = slice.node;
            else if (slice.role == SliceRole::Elementwise && !makes(slice.node))
                followers[orderOf(slice.node)] = slice.node;
        for (const auto* readings : {&group.readings, &group.reductions})
            for (const Reading& reading : *readings)
                readers[orderOf(reading.node)] = reading.node;
        for (const auto& [order, node] : followers)
            if (!readers.contains(order))
                group.followers.push_back(node);
        for (const auto& [order, node] : readers)
            group.readers.push_back(node);
    }

    std::string whyFollows(NodeId node) const
    {
        const bool filters = m_walk.graph().node(node).opType.starts_with("Conv");
        return m_walk.describe(node) + (filters ? " filters each channel on its own" : " has numbers for each channel");
    }

    // Depthwise convolutions first: they cost the most.
    void addFollowerReasons()
    {
        for (PruningGroup& group : m_result.groups) {
            std::vector<std::string> others;
            for (const NodeId node : group.followers)
                (m_walk.graph().node(node).opType.starts_with("Conv") ? group.reasons : others).push_back(whyFollows(node));
            group.reasons.insert(group.reasons.end(), others.begin(), others.end());
        }
    }

    const ChannelRef* refOf(Atom atom)
    {
        const auto found = m_channelOf.find(m_walk.partition().root(atom));
        return found == m_channelOf.end() ? nullptr : &found->second;
    }

    void addReadings()
    {
        for (const PendingReading& pending : m_walk.readings()) {
            std::map<std::uint32_t, Reading> byGroup;
            for (std::size_t i = 0; i < pending.atoms.size(); ++i) {
                const ChannelRef* ref = refOf(pending.atoms[i]);
                if (!ref)
                    continue;
                Reading& reading = byGroup[ref->group];
                reading.positions.resize(m_members[ref->group].size());
                reading.positions[ref->channel].push_back(static_cast<std::int64_t>(i));
            }
            for (auto& [group, reading] : byGroup) {
                reading.node = pending.node;
                reading.input = pending.input;
                reading.axis = pending.axis;
                reading.rank = pending.rank;
                reading.extent = static_cast<std::int64_t>(pending.atoms.size());
                m_result.groups[group].readings.push_back(std::move(reading));
            }
        }
    }

    void addRestrictions()
    {
        for (const PendingRestriction& pending : m_walk.restrictions()) {
            Restriction restriction = pending.restriction;
            restriction.extent = static_cast<std::int64_t>(pending.atoms.size());
            for (std::size_t i = 0; i < pending.atoms.size(); ++i)
                if (const ChannelRef* ref = refOf(pending.atoms[i]))
                    restriction.channels.emplace_back(static_cast<std::int64_t>(i), *ref);
            if (restriction.channels.empty())
                continue;
            if (restriction.outputs.empty())
                addReductions(restriction);
            m_result.restrictions.push_back(std::move(restriction));
        }
    }

    void addReductions(const Restriction& restriction)
    {
        for (const Restriction::Place& place : restriction.inputs) {
            std::map<std::uint32_t, Reading> byGroup;
            for (const auto& [position, channel] : restriction.channels) {
                Reading& reading = byGroup[channel.group];
                reading.positions.resize(m_members[channel.group].size());
                reading.positions[channel.channel].push_back(position);
            }
            for (auto& [group, reading] : byGroup) {
                reading.node = restriction.node;
                reading.input = place.index;
                reading.axis = place.axis;
                reading.rank = static_cast<int>(m_walk.axesOf(restriction.node, place.index)->size());
                reading.extent = restriction.extent;
                m_result.groups[group].reductions.push_back(std::move(reading));
            }
        }
    }

    std::string makerOf(Atom atom) const
    {
        const int i = m_walk.originOf(atom);
        return i < 0 || origin(i).makers.empty() ? std::string() : m_walk.graph().node(origin(i).makers.front()).name;
    }

    void addReasons()
    {
        for (const Coupling& coupling : m_walk.couplings()) {
            const ChannelRef* ref = refOf(coupling.first);
            const std::string first = makerOf(coupling.first);
            const std::string second = makerOf(coupling.second);
            if (!ref || first.empty() || second.empty() || first == second)
                continue;
            const std::string reason = m_walk.describe(coupling.node) + " couples '" + first + "' and '" + second + "'";
            auto& reasons = m_result.groups[ref->group].reasons;
            if (std::find(reasons.begin(), reasons.end(), reason) == reasons.end())
                reasons.push_back(reason);
        }
    }

    void nameGroups()
    {
        std::map<std::string, int> taken;
        for (PruningGroup& group : m_result.groups) {
            group.name = m_walk.graph().node(group.layers.front()).name;
            if (const int count = ++taken[group.name]; count > 1)
                group.name += " #" + std::to_string(count);
        }
    }

    void addCounts()
    {
        for (const PendingCount& pending : m_walk.counts()) {
            CountEdit edit = pending.edit;
            for (const Atom atom : pending.atoms)
                if (const ChannelRef* ref = refOf(atom))
                    edit.channels.push_back(*ref);
            if (!edit.channels.empty() || edit.place == CountEdit::Place::SplitSize)
                m_result.counts.push_back(std::move(edit));
        }
    }

    void addUnprunable()
    {
        std::set<NodeId> inGroup;
        for (const PruningGroup& group : m_result.groups)
            inGroup.insert(group.layers.begin(), group.layers.end());
        for (const auto& [node, axis] : m_walk.layers()) {
            if (!inGroup.insert(node).second)
                continue;
            std::string reason = "makes a single channel";
            if (axis.carriesChannels()) {
                reason = "has channels that could only leave all at once";
                for (const Atom atom : axis.atoms)
                    if (m_walk.partition().isLocked(atom)) {
                        reason = m_walk.partition().reason(atom);
                        break;
                    }
            } else if (axis.extent != 1) {
                reason = "takes its weight from " + (axis.fixedBy.empty() ? std::string("elsewhere") : axis.fixedBy);
            }
            m_result.unprunable.push_back({node, m_walk.graph().node(node).name, reason});
        }
    }

    ChannelWalk& m_walk;
    std::map<Atom, ChannelClass> m_classes;
    std::map<std::uint32_t, std::uint32_t> m_order;
    std::vector<std::vector<Atom>> m_members; // roots by group and channel
    std::map<Atom, ChannelRef> m_channelOf;
    DependencyGraph m_result;
};

} // namespace

namespace
{

constexpr int mostWalks = 32;

std::unique_ptr<ChannelWalk> walked(const Graph& graph, AttentionChannels attention, const SplitChoices& choices)
{
    auto walk = std::make_unique<ChannelWalk>(graph, attention, choices);
    walk->run();
    return walk;
}

// Weights that may lose something; of equal ones, the finer channels.
double prunableShare(ChannelWalk& walk)
{
    double share = 0;
    std::set<Atom> channels;
    for (const AtomOrigin& origin : walk.origins()) {
        const auto& shape = walk.types().type(origin.constant).shape;
        if (origin.makers.empty() || !shape)
            continue;
        double each = 1.0 / static_cast<double>(origin.extent);
        for (const Dim& dim : *shape)
            each *= static_cast<double>(dim.extent);
        for (std::int64_t k = 0; k < origin.extent; ++k)
            if (const Atom atom = origin.first + static_cast<Atom>(k); !walk.partition().isLocked(atom)) {
                share += each;
                channels.insert(walk.partition().root(atom));
            }
    }
    return share + 1e-6 * static_cast<double>(channels.size());
}

// Where a Reshape leaves open which of its axes keeps the channels and the usual choice locks them, the others are tried.
std::unique_ptr<ChannelWalk> bestWalk(const Graph& graph, AttentionChannels attention)
{
    SplitChoices choices;
    auto best = walked(graph, attention, choices);
    double share = prunableShare(*best);
    std::set<std::string> tried;
    for (int walks = 1; walks < mostWalks;) {
        const auto& open = best->openSplits();
        const auto next = std::ranges::find_if(open, [&](const OpenSplit& split) {
            return !tried.contains(split.key) && best->partition().isLocked(split.axis.atoms.front());
        });
        if (next == open.end())
            break;
        const OpenSplit split = *next;
        tried.insert(split.key);
        for (std::size_t i = 0; i < split.options; ++i) {
            if (i == split.chosen)
                continue;
            SplitChoices other = choices;
            other[split.key] = i;
            auto walk = walked(graph, attention, other);
            ++walks;
            if (const double reached = prunableShare(*walk); reached > share) {
                share = reached;
                choices = std::move(other);
                best = std::move(walk);
            }
        }
    }
    return best;
}

} // namespace

DependencyGraph findDependencies(const Graph& graph, AttentionChannels attention)
{
    return GroupBuilder(*bestWalk(graph, attention)).build();
}

} // namespace hone
