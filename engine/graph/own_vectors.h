// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "graph/graph.h"

namespace hone
{

// A copy in which no two layers read the same bias, normalization scale, offset or statistic. Exporters store equal initializers once: in
// a fresh network every zero bias and every zero mean is one tensor, which training would change for all of them together. Weights that
// are shared stay so: those are tied on purpose.
Graph withOwnVectors(const Graph& graph);

} // namespace hone
