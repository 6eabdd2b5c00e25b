// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/slim_plan.h"

#include <algorithm>

namespace hone::studio
{

SlimBasisPtr slimBasis(const ModelFactsPtr& model)
{
    auto basis = std::make_shared<SlimBasis>();
    basis->model = model;
    basis->dependencies = findDependencies(model->graph);
    return basis;
}

SlimPlan slimPlan(const SlimBasis& basis, const PruneOptions& wanted, const JobContext& job, const GroupRatios& ratios)
{
    requireConsistent(wanted);
    PruneOptions options = wanted;
    if (needsSamples(options.importance))
        options.importance = ImportanceKind::L1;
    if (options.targets.latencyMs.given())
        options.targets = {.macs = options.targets.latencyMs};
    const Graph& graph = basis.model->graph;
    if (options.scope == PruningScope::Sensitivity && !ratios)
        options.scope = PruningScope::Uniform;
    const PruneEvidence evidence{.ratios = ratios};
    const Selection selection(graph, basis.dependencies, options, evidence);
    const auto target = targetOf(options.targets);
    const KeptChannels kept =
        target ? reachTarget({graph, basis.dependencies, options, evidence, *target}, selection, job).kept : selection.at(options.ratio);
    SlimPlan plan;
    for (const auto& channels : kept)
        plan.kept.push_back(static_cast<std::int64_t>(channels.size()));
    plan.cost = cost(removeChannels(graph, basis.dependencies, kept));
    plan.importance = selection.scores();
    plan.kinds = selection.kinds();
    return plan;
}

std::int64_t estimatedFileBytes(std::int64_t fileBytes, const GraphCost& before, const GraphCost& after)
{
    return std::max<std::int64_t>(0, fileBytes - (before.parameterBytes - after.parameterBytes));
}

} // namespace hone::studio
