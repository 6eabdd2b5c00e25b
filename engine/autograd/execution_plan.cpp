// SPDX-License-Identifier: GPL-3.0-or-later
#include "autograd/execution_plan.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace hone
{

namespace
{

// Their outputs are new memory that they don't read again for their gradients.
bool outputMayBeOverwritten(const Node& node)
{
    static const std::set<std::string_view> operators = {"Conv", "ConvTranspose", "BatchNormalization", "Gemm", "Add", "Sub"};
    return node.domain.empty() && operators.contains(node.opType);
}

// What a node reads: its inputs, then what its sub-graphs capture. An omitted input is an invalid id.
std::vector<ValueId> readsOf(const Graph& graph, const Node& node)
{
    std::vector<ValueId> reads = node.inputs;
    for (const auto& name : capturedNames(node))
        if (const auto id = graph.findValue(name))
            reads.push_back(*id);
    return reads;
}

// Positions of the nodes that the wanted values depend on, in order.
std::vector<std::size_t> neededPositions(const Graph& graph, const std::vector<ValueId>& wanted)
{
    std::vector<bool> isNeeded(graph.valueCount(), false);
    for (const ValueId id : wanted)
        isNeeded[id.index] = true;
    std::vector<std::size_t> positions;
    for (std::size_t position = graph.order().size(); position-- > 0;) {
        const Node& node = graph.node(graph.order()[position]);
        const bool needed =
            std::any_of(node.outputs.begin(), node.outputs.end(), [&](ValueId id) { return id.valid() && isNeeded[id.index]; });
        if (!needed)
            continue;
        positions.push_back(position);
        for (const ValueId id : readsOf(graph, node))
            if (id.valid())
                isNeeded[id.index] = true;
    }
    std::reverse(positions.begin(), positions.end());
    return positions;
}

} // namespace

ExecutionPlan planExecution(const Graph& graph, const std::vector<ValueId>& wanted)
{
    ExecutionPlan plan{wanted, {}};
    std::vector<std::size_t> reads(graph.valueCount(), 0);
    std::vector<std::size_t> lastRead(graph.valueCount(), 0);
    std::vector<bool> overwritable(graph.valueCount(), false);
    for (const std::size_t position : neededPositions(graph, wanted)) {
        const Node& node = graph.node(graph.order()[position]);
        for (const ValueId id : readsOf(graph, node)) {
            if (!id.valid())
                continue;
            ++reads[id.index];
            lastRead[id.index] = plan.steps.size();
        }
        for (const ValueId id : node.outputs)
            if (id.valid())
                overwritable[id.index] = outputMayBeOverwritten(node);
        plan.steps.push_back({position, {}, {}, {}});
    }
    for (const ValueId id : wanted)
        reads[id.index] += 2; // never overwritten, never let go

    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        PlannedStep& step = plan.steps[i];
        const Node& node = graph.node(graph.order()[step.position]);
        for (const ValueId id : node.inputs)
            step.mayOverwrite.push_back(id.valid() && overwritable[id.index] && reads[id.index] == 1);
        for (const ValueId id : readsOf(graph, node)) {
            const bool isWanted = std::find(wanted.begin(), wanted.end(), id) != wanted.end();
            if (id.valid() && lastRead[id.index] == i && !isWanted)
                step.lastReads.push_back(id);
        }
        for (const ValueId id : node.outputs)
            step.outputIsRead.push_back(id.valid() && reads[id.index] > 0);
    }
    return plan;
}

} // namespace hone
