// SPDX-License-Identifier: GPL-3.0-or-later
// Which nodes run for some wanted values, how long each value lives, and which may be overwritten. No LibTorch in it.
#pragma once

#include "graph/graph.h"

#include <cstddef>
#include <vector>

namespace hone
{

struct PlannedStep
{
    std::size_t position = 0;       // into Graph::order()
    std::vector<bool> mayOverwrite; // by input: see NodeRun::mayOverwrite
    std::vector<bool> outputIsRead; // by output: read by a later step, or wanted
    std::vector<ValueId> lastReads; // values that nobody reads after this step
};

struct ExecutionPlan
{
    std::vector<ValueId> wanted;
    std::vector<PlannedStep> steps;
};

ExecutionPlan planExecution(const Graph& graph, const std::vector<ValueId>& wanted);

} // namespace hone
