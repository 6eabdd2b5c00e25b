// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/error.h"
#include "graph/graph.h"

#include <functional>
#include <queue>

namespace hone
{
namespace
{

// Nodes by their place in the order they had; edges from makers to readers, one per distinct reading.
struct Dependencies
{
    std::vector<std::vector<std::size_t>> readers;
    std::vector<std::vector<std::size_t>> makers;
};

Dependencies dependencies(const Graph& graph)
{
    const auto& order = graph.order();
    constexpr auto nobody = ~std::size_t{0};
    std::vector<std::size_t> makerOf(graph.valueCount(), nobody);
    for (std::size_t at = 0; at < order.size(); ++at)
        for (const auto output : graph.node(order[at]).outputs)
            if (output.valid())
                makerOf[output.index] = at;

    Dependencies edges{std::vector<std::vector<std::size_t>>(order.size()), std::vector<std::vector<std::size_t>>(order.size())};
    for (std::size_t at = 0; at < order.size(); ++at) {
        const auto reads = [&](ValueId id) {
            if (!id.valid() || makerOf[id.index] == nobody)
                return;
            edges.readers[makerOf[id.index]].push_back(at);
            edges.makers[at].push_back(makerOf[id.index]);
        };
        const auto& node = graph.node(order[at]);
        for (const auto input : node.inputs)
            reads(input);
        for (const auto& name : capturedNames(node))
            if (const auto captured = graph.findValue(name))
                reads(*captured);
    }
    return edges;
}

// Every node that is left waits for another one that is left, so walking back must meet a node twice.
std::size_t onCycle(const Dependencies& edges, const std::vector<std::size_t>& waiting)
{
    std::size_t at = 0;
    while (waiting[at] == 0)
        ++at;
    std::vector<bool> met(waiting.size());
    while (!met[at]) {
        met[at] = true;
        for (const auto maker : edges.makers[at]) {
            if (waiting[maker] != 0) {
                at = maker;
                break;
            }
        }
    }
    return at;
}

} // namespace

void Graph::sortTopologically()
{
    const auto edges = dependencies(*this);
    std::vector<std::size_t> waiting(m_order.size());
    std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
    for (std::size_t at = 0; at < m_order.size(); ++at) {
        waiting[at] = edges.makers[at].size();
        if (waiting[at] == 0)
            ready.push(at);
    }
    std::vector<NodeId> sorted;
    sorted.reserve(m_order.size());
    while (!ready.empty()) {
        const auto at = ready.top();
        ready.pop();
        sorted.push_back(m_order[at]);
        for (const auto reader : edges.readers[at])
            if (--waiting[reader] == 0)
                ready.push(reader);
    }
    if (sorted.size() != m_order.size()) {
        const auto& culprit = node(m_order[onCycle(edges, waiting)]);
        throw Error(MessageCode::ModelInvalid, {{"path", ""}, {"detail", "node '" + culprit.name + "' depends on its own output"}});
    }
    m_order = std::move(sorted);
}

} // namespace hone
