// SPDX-License-Identifier: GPL-3.0-or-later
// How much each channel matters, and which ones leave.
#include "core/error.h"
#include "prune/pruner.h"
#include "prune/shape_elements.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace hone
{
namespace
{

// Mean |w| at each index of an axis.
std::vector<double> meanMagnitudes(const Tensor& tensor, int axis)
{
    const std::vector<float> values = toFloats(tensor);
    const auto& shape = tensor.shape();
    std::size_t inner = 1;
    for (std::size_t i = static_cast<std::size_t>(axis) + 1; i < shape.size(); ++i)
        inner *= static_cast<std::size_t>(shape[i]);
    const auto extent = static_cast<std::size_t>(shape[static_cast<std::size_t>(axis)]);
    std::vector<double> sums(extent, 0);
    for (std::size_t i = 0; i < values.size(); ++i)
        if (std::isfinite(values[i]))
            sums[i / inner % extent] += std::abs(static_cast<double>(values[i]));
    for (double& sum : sums)
        sum *= static_cast<double>(extent) / static_cast<double>(std::max<std::size_t>(values.size(), 1));
    return sums;
}

std::vector<double> layerImportance(const Tensor& tensor, const Slice& slice)
{
    const std::vector<double> magnitudes = meanMagnitudes(tensor, slice.axis);
    std::vector<double> scores;
    for (const auto& positions : slice.positions) {
        double sum = 0;
        for (const std::int64_t position : positions)
            sum += magnitudes[static_cast<std::size_t>(position)];
        scores.push_back(positions.empty() ? 0 : sum / static_cast<double>(positions.size()));
    }
    const double mean = std::accumulate(scores.begin(), scores.end(), 0.0) / static_cast<double>(scores.size());
    for (double& score : scores)
        score = mean > 0 ? score / mean : 1;
    return scores;
}

struct Candidate
{
    double importance = 0;
    std::size_t group = 0;
    std::int64_t channel = 0;
};

// Least important first; of equal ones the last channel of the last group.
bool leavesBefore(const Candidate& a, const Candidate& b)
{
    if (a.importance != b.importance)
        return a.importance < b.importance;
    return std::pair(b.group, b.channel) < std::pair(a.group, a.channel);
}

std::int64_t mostLeaving(const PruningGroup& group, const PruneOptions& options, double share)
{
    const auto staying = std::max<std::int64_t>({1, options.atLeast,
                                                 static_cast<std::int64_t>(std::ceil(share * static_cast<double>(group.channels)))});
    return std::max<std::int64_t>(0, group.channels - staying);
}

} // namespace

bool needsSamples(ImportanceKind kind)
{
    return kind >= ImportanceKind::Taylor;
}

std::vector<double> importance(const Graph& graph, const PruningGroup& group, ImportanceKind kind)
{
    if (needsSamples(kind))
        throw Error(MessageCode::InternalFault, {{"detail", "importance without its data"}});
    const GraphUses uses(graph);
    std::vector<double> scores(static_cast<std::size_t>(group.channels), 0);
    int layers = 0;
    for (const Slice& slice : group.slices) {
        const Tensor* tensor = writtenConstant(graph, slice.initializer, uses.producer(slice.initializer));
        if (slice.role != SliceRole::Output || !tensor)
            continue;
        const std::vector<double> layer = layerImportance(*tensor, slice);
        std::transform(scores.begin(), scores.end(), layer.begin(), scores.begin(), std::plus<>());
        ++layers;
    }
    for (double& score : scores)
        score /= std::max(1, layers);
    return scores;
}

KeptChannels chooseChannels(const Graph& graph, const DependencyGraph& dependencies, const PruneOptions& options,
                            const ChannelScores& given)
{
    const bool global = options.scope == PruningScope::Global;
    KeptChannels kept;
    std::vector<Candidate> all;
    std::vector<std::int64_t> mayLeave;
    std::int64_t outputs = 0;
    for (std::size_t g = 0; g < dependencies.groups.size(); ++g) {
        const PruningGroup& group = dependencies.groups[g];
        const std::vector<double> scores = given.empty() ? importance(graph, group, options.importance) : given.at(g);
        std::vector<Candidate> candidates;
        for (std::int64_t c = 0; c < group.channels; ++c)
            candidates.push_back({scores[static_cast<std::size_t>(c)], g, c});
        all.insert(all.end(), candidates.begin(), candidates.end());
        outputs += group.channels * group.granularity;
        const std::int64_t wanted = std::llround(options.ratio * static_cast<double>(group.channels));
        mayLeave.push_back(global ? mostLeaving(group, options, 0.1) : std::min(wanted, mostLeaving(group, options, 0)));
        kept.emplace_back(static_cast<std::size_t>(group.channels));
        std::iota(kept.back().begin(), kept.back().end(), 0);
    }
    std::sort(all.begin(), all.end(), leavesBefore);
    std::int64_t budget = std::llround(options.ratio * static_cast<double>(outputs));
    for (const Candidate& candidate : all) {
        const std::int64_t weight = dependencies.groups[candidate.group].granularity;
        if (mayLeave[candidate.group] == 0 || (global && weight > budget))
            continue;
        --mayLeave[candidate.group];
        budget -= weight;
        std::erase(kept[candidate.group], candidate.channel);
    }
    return kept;
}

} // namespace hone
