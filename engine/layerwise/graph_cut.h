// SPDX-License-Identifier: GPL-3.0-or-later
// What a model shares with changed copies of it, computed once for all of them.
#pragma once

#include "graph/graph.h"

#include <cstddef>
#include <set>
#include <vector>

namespace hone
{

// The model in two: nodes that compute the same in every copy, and those at or behind a change. Example: of
// conv1 -> relu -> conv2 with other weights in conv2, `before()` gives relu's output, and `behind(copy)` is
// the copy's conv2 with that as its input.
class GraphCut
{
public:
    // Copies have the original's ids. Where nodes were added or removed, or a type isn't known, nothing is
    // shared but the inputs.
    GraphCut(const Graph& original, const std::vector<const Graph*>& copies);
    // Copies in which no other nodes than these differ.
    GraphCut(const Graph& original, const std::set<NodeId>& changing);

    // What the second part reads: the model's inputs, and values that the first part computes.
    const std::vector<ValueId>& frontier() const { return m_frontier; }
    // The model's outputs that changes reach, by place; the others are the same in all copies.
    const std::vector<std::size_t>& outputs() const { return m_outputs; }
    // Its outputs are the frontier's computed values, in order; none: there is nothing to compute.
    Graph before() const;
    // Its inputs are the frontier, its outputs those of outputs(). The original or one of the copies.
    Graph behind(const Graph& copy) const;
    // The same with other outputs, which the second part computes.
    Graph behind(const Graph& copy, const std::vector<ValueId>& outputs) const;

private:
    template<class Changes>
    void find(const Changes& changes);
    void shareNothing();
    void listOutputs();

    Graph m_original;
    std::vector<bool> m_depends;  // by value: on the model's inputs
    std::vector<bool> m_affected; // by value: other than in the original
    std::vector<NodeId> m_shared; // nodes of the first part
    std::vector<ValueType> m_frontierTypes;
    std::vector<ValueId> m_frontier;
    std::vector<std::size_t> m_outputs;
};

} // namespace hone
