// SPDX-License-Identifier: GPL-3.0-or-later
// What tests of dependency groups ask of a graph.
#pragma once

#include "prune/dependency_graph.h"
#include "prune/pruner.h"

#include <set>
#include <stdexcept>
#include <string>

namespace hone::testing
{

// "conv1,conv2:8" for each group, in order; "x2" behind the channels where one stands for two outputs.
inline std::string groupsOf(const Graph& graph, AttentionChannels attention = AttentionChannels::Size)
{
    std::string text;
    for (const PruningGroup& group : findDependencies(graph, attention).groups) {
        text += text.empty() ? "" : " ";
        for (std::size_t i = 0; i < group.layers.size(); ++i)
            text += (i ? "," : "") + graph.node(group.layers[i]).name;
        text += ":" + std::to_string(group.channels);
        if (group.granularity != 1)
            text += "x" + std::to_string(group.granularity);
    }
    return text;
}

inline std::string reasonOf(const Graph& graph, const std::string& layer)
{
    for (const UnprunableLayer& one : findDependencies(graph).unprunable)
        if (one.name == layer)
            return one.reason;
    return {};
}

// The slices of a group as "name[axis]", sorted.
inline std::string slicesOf(const Graph& graph, std::size_t group)
{
    std::multiset<std::string> names;
    const DependencyGraph found = findDependencies(graph);
    for (const Slice& slice : found.groups.at(group).slices)
        names.insert(graph.value(slice.initializer).name + "[" + std::to_string(slice.axis) + "]");
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "" : " ") + name;
    return text;
}

inline const Slice& sliceOf(const Graph& graph, const DependencyGraph& found, std::size_t group, const std::string& name, int axis = -1)
{
    for (const Slice& slice : found.groups.at(group).slices)
        if (graph.value(slice.initializer).name == name && (axis < 0 || slice.axis == axis))
            return slice;
    throw std::runtime_error("no slice of " + name);
}

// Prunes and so runs the proof, in ONNX Runtime and in double.
inline PruneResult pruned(const Graph& graph, double ratio = 0.5)
{
    PruneOptions options;
    options.ratio = ratio;
    return prune(graph, options, {});
}

// Both parts of the proof, with room for float32's rounding alone.
inline bool proves(const PruneResult& result)
{
    return result.maxAbsDifference < 1e-4 && result.maxAbsDifferenceDouble && *result.maxAbsDifferenceDouble < 1e-10;
}

inline Dimensions shapeOf(const PruneResult& result, const std::string& constant)
{
    return result.graph.value(*result.graph.findValue(constant)).constant.shape();
}

inline std::vector<std::int64_t> integersOf(const PruneResult& result, const std::string& constant)
{
    return toInt64s(result.graph.value(*result.graph.findValue(constant)).constant);
}

} // namespace hone::testing
