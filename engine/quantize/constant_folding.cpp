// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/constant_folding.h"

#include "core/error.h"
#include "onnx_io/onnx_io.h"
#include "runtime/session.h"

#include <algorithm>

namespace hone
{
namespace
{

bool isFoldable(const Graph& graph, const Node& node)
{
    if (node.inputs.empty() || node.outputs.empty() || node.opType.starts_with("Random") || node.opType == "Dropout" ||
        node.opType == "Multinomial" || node.opType == "Bernoulli")
        return false;
    const bool hasSubgraph = std::ranges::any_of(node.attributes, [](const auto& attribute) {
        return std::holds_alternative<std::shared_ptr<const Graph>>(attribute.second);
    });
    return !hasSubgraph &&
           std::ranges::all_of(node.inputs, [&](ValueId id) { return !id.valid() || graph.isConstant(id); }) &&
           std::ranges::all_of(node.outputs, [&](ValueId id) { return id.valid(); });
}

// The node's outputs, from a graph of this node alone.
std::vector<Tensor> computed(const Graph& graph, const Node& node)
{
    Graph alone;
    alone.opsets = graph.opsets;
    alone.irVersion = std::max<std::int64_t>(graph.irVersion, 4); // constants need not be inputs
    Node copy = node;
    for (auto& input : copy.inputs)
        if (input.valid()) {
            const auto& source = graph.value(input);
            const auto known = alone.findValue(source.name);
            input = known ? *known : alone.addConstant(source.name, source.constant);
        }
    for (auto& output : copy.outputs) {
        output = alone.addComputed(graph.value(output).name);
        alone.outputs.push_back(output);
    }
    alone.addNode(std::move(copy));
    return Session::fromBytes(serializeOnnx(alone), {.threads = 1, .optimization = Optimization::None, .profilePrefix = {}},
                              node.name)
        .run({});
}

} // namespace

int foldConstants(Graph& graph)
{
    int folded = 0;
    const auto order = graph.order(); // a copy: nodes go while we walk
    for (const auto id : order) {
        const auto& node = graph.node(id);
        if (!isFoldable(graph, node))
            continue;
        std::vector<Tensor> results;
        try {
            results = computed(graph, node);
        } catch (const Error&) {
            continue; // an operator that ONNX Runtime lacks here stays as it is
        }
        for (std::size_t i = 0; i < results.size(); ++i)
            graph.value(node.outputs[i]).constant = results[i];
        graph.removeNode(id);
        ++folded;
    }
    return folded;
}

} // namespace hone
