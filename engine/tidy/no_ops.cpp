// SPDX-License-Identifier: GPL-3.0-or-later
#include "tidy/no_ops.h"

#include "graph/shape_inference.h"

#include <algorithm>

namespace hone
{
namespace
{

bool isInferenceDropout(const Graph& graph, const Node& node, const GraphUses& uses)
{
    if (node.outputs.empty())
        return false;
    if (node.outputs.size() > 1 && node.outputs[1].valid() && (!uses.users(node.outputs[1]).empty() || uses.isGraphOutput(node.outputs[1])))
        return false; // its mask is read
    const auto training = node.input(2);
    if (!training.valid())
        return true;
    const auto& constant = graph.value(training).constant;
    return !constant.isNull() && toInt64s(constant) == std::vector<std::int64_t>{0};
}

bool movesNothing(const Node& node)
{
    const auto order = node.intsAttribute("perm");
    return !order.empty() && std::ranges::is_sorted(order);
}

class Dropping
{
public:
    Dropping(Graph& graph, Dropouts dropouts) : m_graph(graph), m_dropouts(dropouts), m_uses(graph), m_standsFor(graph.valueCount())
    {
        for (std::uint32_t i = 0; i < graph.valueCount(); ++i)
            m_standsFor[i] = ValueId{i};
        if (std::ranges::any_of(graph.order(), [&](NodeId id) { return graph.node(id).opType == "Cast"; }))
            m_types = inferShapes(graph);
    }

    std::vector<std::string> run()
    {
        std::vector<std::string> dropped;
        for (const auto id : std::vector(m_graph.order()))
            if (isNoOp(m_graph.node(id)) && bypass(m_graph.node(id))) {
                dropped.push_back(m_graph.node(id).name);
                m_graph.removeNode(id);
            }
        if (dropped.empty())
            return dropped;
        for (const auto id : m_graph.order())
            for (auto& input : m_graph.node(id).inputs)
                input = source(input);
        m_graph.removeDeadNodes();
        return dropped;
    }

private:
    // What a value is after all bypasses so far.
    ValueId source(ValueId id) const
    {
        while (id.valid() && m_standsFor[id.index] != id)
            id = m_standsFor[id.index];
        return id;
    }

    bool isNoOp(const Node& node) const
    {
        if (!node.domain.empty())
            return false;
        if (node.opType == "Dropout")
            return m_dropouts == Dropouts::Drop && isInferenceDropout(m_graph, node, m_uses);
        if (node.outputs.size() != 1)
            return false;
        if (node.opType == "Cast")
            return node.input(0).valid() && m_types && m_types->type(node.input(0)).dtype != DType::Undefined &&
                   static_cast<std::int64_t>(m_types->type(node.input(0)).dtype) == node.intAttribute("to", 0);
        return node.opType == "Identity" || (node.opType == "Transpose" && movesNothing(node)) ||
               (node.opType == "Concat" && node.inputs.size() == 1);
    }

    bool bypass(const Node& node)
    {
        const auto from = source(node.input(0)), to = node.outputs[0];
        if (!from.valid() || !to.valid())
            return false;
        if (!m_uses.isGraphOutput(to)) {
            m_standsFor[to.index] = from;
            return true;
        }
        // The name of a graph's output stays: whoever made the input now makes the output.
        const auto producer = m_uses.producer(from);
        if (!producer.valid() || m_uses.isGraphOutput(from))
            return false;
        std::ranges::replace(m_graph.node(producer).outputs, from, to);
        m_standsFor[from.index] = to;
        return true;
    }

    Graph& m_graph;
    Dropouts m_dropouts;
    GraphUses m_uses;
    std::optional<InferredTypes> m_types; // where a Cast asks for them
    std::vector<ValueId> m_standsFor;
};

} // namespace

std::vector<std::string> dropNoOps(Graph& graph, Dropouts dropouts)
{
    return Dropping(graph, dropouts).run();
}

} // namespace hone
