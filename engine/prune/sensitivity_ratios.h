// SPDX-License-Identifier: GPL-3.0-or-later
// Ratios by group from measured curves: as much as is asked for, where it costs least.
#pragma once

#include "prune/selection.h"
#include "prune/sensitivity.h"

namespace hone
{

// What the predicted loss is weighed against.
enum class LossPer
{
    Channel,
    Mac
};

// Losses of groups are taken to add up. Each group's curve becomes its lower convex hull over what it saves,
// and the hulls' pieces are used in order of loss per saving, the last one in part: the least predicted loss
// for the saving (the continuous relaxation of the multiple-choice knapsack; Sinha and Zoltners 1979, "The
// Multiple-Choice Knapsack Problem"). Losses that samples can't tell apart are spread over the groups. Beyond
// the last measured ratios all groups go on together. Throws Error(SensitivityInvalid) where a group has no
// curve; `file` is told.
GroupRatios sensitivityRatios(const Sensitivity& sensitivity, const DependencyGraph& dependencies, LossPer per,
                              const std::filesystem::path& file = {});

} // namespace hone
