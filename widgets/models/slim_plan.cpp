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
    for (const PruningGroup& group : basis->dependencies.groups)
        basis->importance.push_back(importance(model->graph, group, ImportanceKind::L1));
    return basis;
}

SlimPlan slimPlan(const SlimBasis& basis, const PruneOptions& options)
{
    SlimPlan plan;
    const KeptChannels kept = chooseChannels(basis.model->graph, basis.dependencies, options);
    for (const auto& channels : kept)
        plan.kept.push_back(static_cast<std::int64_t>(channels.size()));
    plan.cost = cost(removeChannels(basis.model->graph, basis.dependencies, kept));
    return plan;
}

std::int64_t estimatedFileBytes(std::int64_t fileBytes, const GraphCost& before, const GraphCost& after)
{
    return std::max<std::int64_t>(0, fileBytes - (before.parameterBytes - after.parameterBytes));
}

} // namespace hone::studio
