// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/group_names.h"

#include "core/error.h"
#include "train/freeze.h"

#include <algorithm>

namespace hone
{
namespace
{

bool isMember(const Graph& graph, const PruningGroup& group, const std::string& pattern)
{
    const auto matches = [&](NodeId node) { return matchesPattern(graph.node(node).name, pattern); };
    return std::ranges::any_of(group.layers, matches) || std::ranges::any_of(group.slices, [&](const Slice& slice) {
               return slice.role == SliceRole::Elementwise && matches(slice.node);
           });
}

// Layers with channels whose names begin most alike.
std::string similarLayers(const Graph& graph, const DependencyGraph& dependencies, const std::string& pattern)
{
    std::vector<std::string> names;
    for (const PruningGroup& group : dependencies.groups)
        for (const NodeId layer : group.layers)
            names.push_back(graph.node(layer).name);
    const auto alike = [&](const std::string& name) { return std::ranges::mismatch(name, pattern).in1 - name.begin(); };
    std::ranges::stable_sort(names, [&](const std::string& a, const std::string& b) { return alike(a) > alike(b); });
    std::string list;
    for (std::size_t i = 0; i < std::min<std::size_t>(3, names.size()); ++i)
        list += (i > 0 ? ", " : "") + names[i];
    return list;
}

} // namespace

std::vector<std::string> namesOf(const Graph& graph, const std::vector<NodeId>& nodes)
{
    std::vector<std::string> names;
    for (const NodeId node : nodes)
        names.push_back(graph.node(node).name);
    return names;
}

std::vector<std::size_t> groupsMatching(const Graph& graph, const DependencyGraph& dependencies, const std::string& pattern)
{
    std::vector<std::size_t> groups;
    for (std::size_t g = 0; g < dependencies.groups.size(); ++g)
        if (isMember(graph, dependencies.groups[g], pattern))
            groups.push_back(g);
    if (!groups.empty())
        return groups;
    nodesMatching(graph, {pattern}); // says what is similar where there is no such node at all
    const bool locked =
        std::ranges::any_of(dependencies.unprunable, [&](const UnprunableLayer& layer) { return matchesPattern(layer.name, pattern); });
    if (!locked)
        throw Error(MessageCode::LayerUnknown, {{"layer", pattern}, {"similar", similarLayers(graph, dependencies, pattern)}});
    return groups;
}

} // namespace hone
