// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/scores.h"

#include <set>
#include <string_view>

namespace hone
{

ScoresValue findScores(const Graph& graph)
{
    static const std::set<std::string_view> rearranging = {"Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze"};
    const GraphUses uses(graph);
    const ValueId output = graph.outputs.at(0);
    for (NodeId id = uses.producer(output); id.valid(); id = uses.producer(graph.node(id).input(0))) {
        const Node& node = graph.node(id);
        if (node.opType == "Softmax")
            return node.outputs[0] == output ? ScoresValue{node.input(0), Scores::Logits} : ScoresValue{output, Scores::Probabilities};
        if (!rearranging.contains(node.opType))
            break;
    }
    return {output, Scores::Logits};
}

} // namespace hone
