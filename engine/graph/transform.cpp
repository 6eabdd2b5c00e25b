// SPDX-License-Identifier: GPL-3.0-or-later
#include "graph/transform.h"

#include "graph/shape_inference.h"

namespace hone
{
namespace
{

bool isInferenceDropout(const Graph& graph, const Node& node, const GraphUses& uses)
{
    if (node.opType != "Dropout" || !node.domain.empty() || node.outputs.empty())
        return false;
    if (node.outputs.size() > 1 && node.outputs[1].valid() &&
        (!uses.users(node.outputs[1]).empty() || uses.isGraphOutput(node.outputs[1])))
        return false; // its mask is read
    const auto training = node.input(2);
    if (!training.valid())
        return true;
    const auto& constant = graph.value(training).constant;
    return !constant.isNull() && toInt64s(constant) == std::vector<std::int64_t>{0};
}

// True where the node was taken out of the way.
bool bypass(Graph& graph, NodeId id)
{
    const GraphUses uses(graph);
    const auto from = graph.node(id).input(0), to = graph.node(id).outputs.at(0);
    if (!from.valid() || !to.valid())
        return false;
    if (!uses.isGraphOutput(to)) {
        graph.replaceUses(to, from);
        graph.removeNode(id);
        return true;
    }
    // The name of a graph's output stays: whoever made the input now makes the output.
    const auto producer = uses.producer(from);
    if (!producer.valid() || uses.isGraphOutput(from))
        return false;
    graph.removeNode(id);
    graph.replaceUses(from, to);
    for (auto& output : graph.node(producer).outputs)
        if (output == from)
            output = to;
    return true;
}

// Constant nodes' outputs become initializers.
int liftConstants(Graph& graph)
{
    const auto types = inferShapes(graph);
    const GraphUses uses(graph);
    int lifted = 0;
    for (const auto id : std::vector(graph.order())) {
        const auto& node = graph.node(id);
        if (node.opType != "Constant" || !node.domain.empty() || node.outputs.size() != 1 || !node.outputs[0].valid())
            continue;
        const auto output = node.outputs[0];
        const auto tensor = types.constant(output);
        if (tensor.isNull() || uses.isGraphOutput(output))
            continue;
        graph.removeNode(id);
        graph.value(output).constant = tensor;
        graph.value(output).type = types.type(output);
        ++lifted;
    }
    return lifted;
}

} // namespace

int dropNoOps(Graph& graph)
{
    int dropped = liftConstants(graph);
    const GraphUses uses(graph); // of masks and training flags, which dropping doesn't change
    for (const auto id : std::vector(graph.order())) {
        const auto& node = graph.node(id);
        const bool isIdentity = node.opType == "Identity" && node.domain.empty() && node.outputs.size() == 1;
        if ((isIdentity || isInferenceDropout(graph, node, uses)) && bypass(graph, id))
            ++dropped;
    }
    if (dropped > 0)
        graph.removeDeadNodes();
    return dropped;
}

} // namespace hone
