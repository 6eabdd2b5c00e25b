// SPDX-License-Identifier: GPL-3.0-or-later
// What is known before a model runs becomes an initializer. Each function returns the names of the nodes that went.
#pragma once

#include "graph/graph.h"

#include <string>
#include <vector>

namespace hone
{

struct FoldingLimits
{
    // Bytes by which the folded constants may be larger than those that they replace, all together. What would go over stays computed
    // (an Expand of one number to a million).
    std::int64_t largestGrowthBytes = std::int64_t{4} << 20;
};

// Constant nodes become initializers.
std::vector<std::string> liftConstants(Graph& graph);

// Nodes that read constants alone, computed by ONNX Runtime, all in one session. Nodes with subgraphs, random ones and those of a
// quantized model's weights stay; so do those that ONNX Runtime lacks.
std::vector<std::string> foldConstants(Graph& graph, const FoldingLimits& limits = {});

// Integers that follow from the inputs' declared shapes (Shape -> Gather -> Concat). Where one feeds a Reshape or an Expand and a free
// extent is among them, it becomes 0 (as the input's), -1 (the rest) or 1 (not expanded), where that says the same.
std::vector<std::string> foldShapes(Graph& graph);

} // namespace hone
