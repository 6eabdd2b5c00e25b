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
};
using SlimBasisPtr = std::shared_ptr<const SlimBasis>;

struct SlimPlan
{
    std::vector<std::int64_t> kept;    // channels by group
    GraphCost cost;                    // of the smaller model: MACs and memory are exact
    ChannelScores importance;          // by group, one number a channel
    std::vector<ImportanceKind> kinds; // by group: what it is of
};

// Not for the window's thread.
SlimBasisPtr slimBasis(const ModelFactsPtr& model);
// ratios: of scope Sensitivity; none: the plan is scope Uniform's. Importance from data is told by L1 here, and a target latency by the
// same share of MACs: both are measured when it is built. Throws what prune() throws for its options.
SlimPlan slimPlan(const SlimBasis& basis, const PruneOptions& options, const JobContext& job, const GroupRatios& ratios = {});
// The file is its weights and what describes them; the latter stays about as it is.
std::int64_t estimatedFileBytes(std::int64_t fileBytes, const GraphCost& before, const GraphCost& after);

} // namespace hone::studio
