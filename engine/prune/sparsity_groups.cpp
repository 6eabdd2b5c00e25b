// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/sparsity_groups.h"

#include "prune/dependency_graph.h"

#include <algorithm>
#include <utility>

namespace hone
{

std::vector<PenaltyGroup> sparsityGroups(const Graph& graph, AttentionChannels attention)
{
    std::vector<PenaltyGroup> groups;
    for (const PruningGroup& group : findDependencies(graph, attention).groups) {
        PenaltyGroup penalized{group.channels, {}};
        for (const Slice& slice : group.slices) {
            const Tensor& tensor = graph.value(slice.initializer).constant;
            if (tensor.dtype() != DType::Float32)
                continue; // shapes and the like
            PenaltyPart part{slice.initializer, slice.axis, {}};
            part.channelOf.assign(static_cast<std::size_t>(tensor.shape().at(static_cast<std::size_t>(slice.axis))), -1);
            for (std::size_t channel = 0; channel < slice.positions.size(); ++channel)
                for (const std::int64_t position : slice.positions[channel])
                    part.channelOf.at(static_cast<std::size_t>(position)) = static_cast<std::int64_t>(channel);
            // The same axis of a weight that several nodes read is one part.
            const auto same = [&](const PenaltyPart& other) { return other.value == part.value && other.axis == part.axis; };
            if (std::ranges::none_of(penalized.parts, same))
                penalized.parts.push_back(std::move(part));
        }
        groups.push_back(std::move(penalized));
    }
    return groups;
}

} // namespace hone
