// SPDX-License-Identifier: GPL-3.0-or-later
// A model without its weights, for questions that only its operators answer.
#pragma once

#include "graph/graph.h"

namespace hone
{

// Initializers over a few kilobytes become inputs of the same type and shape; small ones stay, since operators may ask for
// constants (axes, shapes, scales). The result computes the same once it is fed them, and weighs next to nothing.
Graph withWeightsAsInputs(const Graph& graph);

} // namespace hone
