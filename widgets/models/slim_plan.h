// SPDX-License-Identifier: GPL-3.0-or-later
// What pruning would give, worked out on shapes before anything is built.
#pragma once

#include "graphview/model_facts.h"
#include "prune/pruner.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace hone::studio
{

// A model's groups, found once.
struct SlimBasis
{
    ModelFactsPtr model;
    DependencyGraph dependencies;
    std::vector<std::vector<double>> importance; // by group, one number a channel
};
using SlimBasisPtr = std::shared_ptr<const SlimBasis>;

struct SlimPlan
{
    std::vector<std::int64_t> kept; // channels by group
    GraphCost cost;                 // of the smaller model: MACs and memory are exact
};

// Not for the window's thread.
SlimBasisPtr slimBasis(const ModelFactsPtr& model);
SlimPlan slimPlan(const SlimBasis& basis, const PruneOptions& options);
// The file is its weights and what describes them; the latter stays about as it is.
std::int64_t estimatedFileBytes(std::int64_t fileBytes, const GraphCost& before, const GraphCost& after);

} // namespace hone::studio
