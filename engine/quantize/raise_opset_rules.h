// SPDX-License-Identifier: GPL-3.0-or-later
// What changed about an operator with one operator set (operator specifications, "version history"). Private to raising.
#pragma once

#include "graph/graph.h"
#include "graph/shape_inference.h"

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace hone
{

// Rewrites a node of the operator set before for the one that changed it. Returns false where that can't be done. It may add nodes
// before and after the one it is given. The types are those of the graph before anything was rewritten.
using OpsetRewrite = std::function<bool(Graph&, NodeId, const InferredTypes&)>;

// By operator, and operator set that changed it.
using OpsetRewrites = std::map<std::pair<std::string, std::int64_t>, OpsetRewrite>;

void addRewritesTo13(OpsetRewrites& table);
void addRewritesTo21(OpsetRewrites& table);

// The attribute's integers become a constant input at position `input`; absent attributes leave the input out.
OpsetRewrite attributeToInput(const std::string& key, std::size_t input);

} // namespace hone
