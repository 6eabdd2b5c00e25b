// SPDX-License-Identifier: GPL-3.0-or-later
#include "tidy/inline_branches.h"

#include "graph/shape_inference.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>

namespace hone
{
namespace
{

std::shared_ptr<const Graph> branchOf(const Node& node, bool condition)
{
    const auto found = node.attributes.find(condition ? "then_branch" : "else_branch");
    if (found == node.attributes.end())
        return nullptr;
    const auto* body = std::get_if<std::shared_ptr<const Graph>>(&found->second);
    return body ? *body : nullptr;
}

class Inlining
{
public:
    Inlining(Graph& graph, NodeId id, const Graph& body) : m_graph(graph), m_if(id), m_body(body), m_made(body.valueCount()) {}

    bool run()
    {
        const auto outputs = m_graph.node(m_if).outputs;
        if (outputs.size() != m_body.outputs.size() || hasBodies())
            return false;
        for (const auto id : m_body.order())
            for (const auto output : m_body.node(id).outputs)
                if (output.valid())
                    m_made[output.index] = true;
        std::vector<std::pair<ValueId, ValueId>> handedOn; // what the branch only hands on, and the output
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            const auto inside = m_body.outputs[i];
            if (!outputs[i].valid())
                continue;
            if (m_made[inside.index] && !m_here.contains(inside))
                m_here[inside] = outputs[i];
            else
                handedOn.emplace_back(inside, outputs[i]);
        }
        for (const auto id : m_body.order())
            insert(m_body.node(id));
        for (const auto& [inside, output] : handedOn)
            m_graph.insertNodeBefore(m_if, {.opType = "Identity", .inputs = {here(inside)}, .outputs = {output}});
        m_graph.removeNode(m_if);
        return true;
    }

private:
    // They read the branch's values by name, and names change.
    bool hasBodies() const
    {
        return std::ranges::any_of(m_body.order(), [&](NodeId id) { return !capturedNames(m_body.node(id)).empty(); });
    }

    ValueId here(ValueId inside)
    {
        if (!inside.valid())
            return {};
        if (const auto known = m_here.find(inside); known != m_here.end())
            return known->second;
        const auto& value = m_body.value(inside);
        ValueId id;
        if (!value.constant.isNull())
            id = m_graph.addConstant(value.name, value.constant);
        else if (m_made[inside.index])
            id = m_graph.addComputed(value.name, value.type);
        else // of the graph around it
            id = m_graph.findValue(value.name).value();
        m_here[inside] = id;
        return id;
    }

    void insert(const Node& inside)
    {
        Node node = inside;
        for (auto& input : node.inputs)
            input = here(input);
        for (auto& output : node.outputs)
            output = here(output);
        m_graph.insertNodeBefore(m_if, std::move(node));
    }

    Graph& m_graph;
    NodeId m_if;
    const Graph& m_body;
    std::vector<bool> m_made; // by the branch's nodes
    std::map<ValueId, ValueId> m_here;
};

} // namespace

std::vector<std::string> inlineKnownBranches(Graph& graph)
{
    std::vector<std::string> gone;
    const auto isBranching = [&](NodeId id) { return graph.node(id).opType == "If" && graph.node(id).domain.empty(); };
    if (std::ranges::none_of(graph.order(), isBranching))
        return gone;
    const auto types = inferShapes(graph);
    for (const auto id : std::vector(graph.order())) {
        const auto& node = graph.node(id);
        if (!isBranching(id) || !node.input(0).valid())
            continue;
        const auto& condition = types.constant(node.inputs[0]);
        if (condition.dtype() != DType::Bool || condition.size() != 1)
            continue;
        const auto name = node.name;
        const auto body = branchOf(node, condition.data<bool>()[0]);
        if (body && Inlining(graph, id, *body).run())
            gone.push_back(name);
    }
    if (!gone.empty())
        graph.removeDeadNodes();
    return gone;
}

} // namespace hone
