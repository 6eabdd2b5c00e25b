// SPDX-License-Identifier: GPL-3.0-or-later
#include "graph/own_vectors.h"

#include <map>
#include <set>
#include <string_view>

namespace hone
{
namespace
{

bool isVectorOf(const Node& node, std::size_t input)
{
    struct Inputs
    {
        std::size_t first, last;
    };
    static const std::map<std::string_view, Inputs> vectors = {{"BatchNormalization", {1, 4}},    {"Conv", {2, 2}},
                                                               {"ConvTranspose", {2, 2}},         {"Gemm", {2, 2}},
                                                               {"InstanceNormalization", {1, 2}}, {"LayerNormalization", {1, 2}},
                                                               {"GroupNormalization", {1, 2}},    {"PRelu", {1, 1}}};
    const auto found = vectors.find(node.opType);
    return node.domain.empty() && found != vectors.end() && input >= found->second.first && input <= found->second.last;
}

// The constant that Identity nodes may hand on.
ValueId behindIdentity(const Graph& graph, const GraphUses& uses, ValueId id)
{
    while (id.valid() && !graph.isConstant(id)) {
        const NodeId producer = uses.producer(id);
        if (!producer.valid() || graph.node(producer).opType != "Identity" || !graph.node(producer).domain.empty())
            return {};
        id = graph.node(producer).input(0);
    }
    return id;
}

} // namespace

Graph withOwnVectors(const Graph& graph)
{
    Graph result = graph;
    const GraphUses uses(graph);
    std::set<ValueId> taken; // by one layer already
    bool changed = false;
    for (const NodeId id : graph.order()) {
        const Node& node = graph.node(id);
        for (std::size_t i = 0; i < node.inputs.size(); ++i) {
            const ValueId constant = behindIdentity(graph, uses, node.inputs[i]);
            if (!constant.valid() || !isVectorOf(node, i))
                continue;
            const bool alone = constant == node.inputs[i] && uses.users(constant).size() == 1;
            if (alone || taken.insert(constant).second)
                continue;
            result.node(id).inputs[i] = result.addConstant(graph.value(constant).name + "." + node.name, graph.value(constant).constant);
            changed = true;
        }
    }
    if (changed)
        result.removeDeadNodes(); // Identity nodes that nobody reads any more
    return result;
}

} // namespace hone
