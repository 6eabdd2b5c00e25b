// SPDX-License-Identifier: GPL-3.0-or-later
// Whether every sample of a batch goes its own way through a graph.
#pragma once

#include "graph/graph.h"
#include "graph/shape_inference.h"

#include <cstdint>
#include <string>
#include <vector>

namespace hone
{

// Values that depend on an input; the others have no batch.
std::vector<bool> fedValues(const Graph& graph);
// Every input's first extent as given; the others as declared.
ShapeOptions withBatch(const Graph& graph, std::int64_t batch);

// `graph` is to take any batch; `batch` is the one that it was made for. Empty where samples keep apart, else which node is in the way,
// as a clause. Throws Error(ShapeMismatch) where it doesn't take another batch.
std::string whatMixesSamples(const Graph& graph, std::int64_t batch);

} // namespace hone
