// SPDX-License-Identifier: GPL-3.0-or-later
// A model as read once, shared by whoever shows it.
#pragma once

#include "graph/cost.h"
#include "graph/graph.h"

#include <memory>

namespace hone::studio
{

struct ModelFacts
{
    Graph graph;
    GraphCost cost;
};
using ModelFactsPtr = std::shared_ptr<const ModelFacts>;

} // namespace hone::studio
