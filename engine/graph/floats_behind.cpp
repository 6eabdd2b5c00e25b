// SPDX-License-Identifier: GPL-3.0-or-later
#include "graph/floats_behind.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace hone
{
namespace
{

// OneHot: its input's labels as rows.
bool isArranging(const Node& node)
{
    static const std::set<std::string_view> arranging = {"Cast",    "Identity",  "Reshape",   "Squeeze", "Flatten",
                                                         "Dropout", "Unsqueeze", "Transpose", "OneHot"};
    return node.domain.empty() && arranging.contains(node.opType);
}

bool readsExtentsAlone(const Node& node)
{
    return node.domain.empty() && (node.opType == "Shape" || node.opType == "Size");
}

// Captures of sub-graphs included.
std::vector<ValueId> readBy(const Graph& graph, const Node& node)
{
    std::vector<ValueId> values;
    std::ranges::copy_if(node.inputs, std::back_inserter(values), [](ValueId id) { return id.valid(); });
    for (const auto& name : capturedNames(node))
        if (const auto id = graph.findValue(name))
            values.push_back(*id);
    return values;
}

} // namespace

FloatsBehind::FloatsBehind(const Graph& graph)
    : m_graph(graph),
      m_uses(graph),
      m_types(inferShapes(graph)),
      m_depends(graph.valueCount(), false)
{
    for (const ValueId input : graph.inputs)
        m_depends[input.index] = true;
    for (const NodeId id : graph.order()) {
        const Node& node = graph.node(id);
        const bool depends =
            !readsExtentsAlone(node) && std::ranges::any_of(readBy(graph, node), [&](ValueId value) { return m_depends[value.index]; });
        for (const ValueId output : node.outputs)
            if (output.valid())
                m_depends[output.index] = depends;
    }
}

bool FloatsBehind::isFloat(ValueId value) const
{
    return dtype(value) == DType::Undefined || isFloatingPoint(dtype(value));
}

ValueId FloatsBehind::unarranged(ValueId value) const
{
    for (NodeId maker = m_uses.producer(value); maker.valid() && isArranging(m_graph.node(maker)); maker = m_uses.producer(value))
        value = m_graph.node(maker).input(0);
    return value;
}

std::vector<ValueId> FloatsBehind::of(ValueId value) const
{
    std::set<ValueId> seen;
    std::set<ValueId> floats;
    std::vector<ValueId> open{value};
    while (!open.empty()) {
        const ValueId next = open.back();
        open.pop_back();
        const NodeId maker = m_uses.producer(next);
        if (!maker.valid() || !m_depends[next.index] || !seen.insert(next).second)
            continue;
        if (isFloat(next) && isFloat(unarranged(next)))
            floats.insert(next);
        else
            std::ranges::copy(readBy(m_graph, m_graph.node(maker)), std::back_inserter(open));
    }
    std::vector<ValueId> inOrder;
    for (const NodeId id : m_graph.order())
        std::ranges::copy_if(m_graph.node(id).outputs, std::back_inserter(inOrder),
                             [&](ValueId output) { return floats.contains(output); });
    return inOrder;
}

} // namespace hone
