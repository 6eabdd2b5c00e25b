// SPDX-License-Identifier: GPL-3.0-or-later
#include "layerwise/graph_cut.h"

#include "graph/shape_inference.h"

#include <algorithm>

namespace hone
{
namespace
{

bool isSame(const Tensor& a, const Tensor& b)
{
    return a.dtype() == b.dtype() && a.shape() == b.shape() && (a.bytes().data() == b.bytes().data() || a == b);
}

bool readsTheSame(const Graph& a, ValueId inA, const Graph& b, ValueId inB)
{
    const bool constant = a.isConstant(inA);
    if (constant != b.isConstant(inB))
        return false;
    return constant ? isSame(a.value(inA).constant, b.value(inB).constant) : inA == inB;
}

bool isSame(const Graph& a, const Graph& b, NodeId id)
{
    const Node& inA = a.node(id);
    const Node& inB = b.node(id);
    if (inA.opType != inB.opType || inA.domain != inB.domain || inA.outputs != inB.outputs || inA.attributes != inB.attributes ||
        inA.inputs.size() != inB.inputs.size())
        return false;
    for (std::size_t i = 0; i < inA.inputs.size(); ++i)
        if (!readsTheSame(a, inA.inputs[i], b, inB.inputs[i]))
            return false;
    return true;
}

// Everything that a node reads, its sub-graphs' captures included.
std::vector<ValueId> readBy(const Graph& graph, const Node& node)
{
    std::vector<ValueId> values;
    std::ranges::copy_if(node.inputs, std::back_inserter(values), [](ValueId id) { return id.valid(); });
    for (const auto& name : capturedNames(node))
        if (const auto id = graph.findValue(name))
            values.push_back(*id);
    return values;
}

void declare(Value& value, const ValueType& type)
{
    value.type = type;
    value.constant = {};
}

} // namespace

GraphCut::GraphCut(const Graph& original, const std::vector<const Graph*>& copies) : m_original(original)
{
    const bool sameNodes = std::ranges::all_of(copies, [&](const Graph* copy) { return copy->order() == original.order(); });
    if (sameNodes)
        find([&](NodeId id) { return std::ranges::any_of(copies, [&](const Graph* copy) { return !isSame(original, *copy, id); }); });
    else
        shareNothing();
    listOutputs();
}

GraphCut::GraphCut(const Graph& original, const std::set<NodeId>& changing) : m_original(original)
{
    find([&](NodeId id) { return changing.contains(id); });
    listOutputs();
}

template<class Changes>
void GraphCut::find(const Changes& changes)
{
    const InferredTypes types = inferShapes(m_original);
    m_depends.assign(m_original.valueCount(), false);
    m_affected.assign(m_original.valueCount(), false);
    std::vector<bool> isFrontier(m_original.valueCount(), false);
    for (const ValueId input : m_original.inputs)
        m_depends[input.index] = true;
    for (const NodeId id : m_original.order()) {
        const Node& node = m_original.node(id);
        const auto reads = readBy(m_original, node);
        const bool depends = std::ranges::any_of(reads, [&](ValueId value) { return m_depends[value.index]; });
        const bool affected = std::ranges::any_of(reads, [&](ValueId value) { return m_affected[value.index]; }) || changes(id);
        for (const ValueId output : node.outputs)
            if (output.valid()) {
                m_depends[output.index] = depends;
                m_affected[output.index] = affected;
            }
        if (depends && !affected)
            m_shared.push_back(id);
        for (const ValueId value : reads)
            isFrontier[value.index] = isFrontier[value.index] || (affected && m_depends[value.index] && !m_affected[value.index]);
    }
    for (std::uint32_t i = 0; i < isFrontier.size(); ++i) {
        const ValueId value{i};
        if (!isFrontier[i])
            continue;
        if (types.type(value).dtype == DType::Undefined || !m_original.value(value).foreignType.empty())
            return shareNothing();
        m_frontier.push_back(value);
        m_frontierTypes.push_back(types.type(value));
    }
}

void GraphCut::shareNothing()
{
    m_shared.clear();
    m_frontier = m_original.inputs;
    m_frontierTypes.clear();
    for (const ValueId input : m_frontier)
        m_frontierTypes.push_back(m_original.value(input).type);
    m_affected.assign(m_original.valueCount(), true);
}

void GraphCut::listOutputs()
{
    for (std::size_t i = 0; i < m_original.outputs.size(); ++i)
        if (m_affected[m_original.outputs[i].index])
            m_outputs.push_back(i);
}

Graph GraphCut::before() const
{
    Graph part = m_original;
    part.outputs.clear();
    for (std::size_t i = 0; i < m_frontier.size(); ++i) {
        if (std::ranges::count(m_original.inputs, m_frontier[i]) > 0)
            continue;
        part.outputs.push_back(m_frontier[i]);
        part.value(m_frontier[i]).type = m_frontierTypes[i];
    }
    part.removeDeadNodes();
    return part;
}

Graph GraphCut::behind(const Graph& copy) const
{
    std::vector<ValueId> outputs;
    for (const std::size_t place : m_outputs)
        outputs.push_back(copy.outputs.at(place));
    return behind(copy, outputs);
}

Graph GraphCut::behind(const Graph& copy, const std::vector<ValueId>& outputs) const
{
    Graph part = copy;
    for (const NodeId id : m_shared)
        part.removeNode(id);
    part.inputs = m_frontier;
    for (std::size_t i = 0; i < m_frontier.size(); ++i)
        declare(part.value(m_frontier[i]), m_frontierTypes[i]);
    part.outputs = outputs;
    part.removeDeadNodes();
    return part;
}

} // namespace hone
