// SPDX-License-Identifier: GPL-3.0-or-later
// What a model knows of itself, kept in its ONNX metadata ("hone.classes", "hone.preprocess").
#pragma once

#include "data/dataset.h"
#include "graph/graph.h"

#include <optional>
#include <string>
#include <vector>

namespace hone
{

struct ModelCard
{
    std::map<std::string, int> classes; // class name (folder or label) -> output index; empty: it doesn't say
    std::optional<Preprocess> preprocess;
};

// Throws Error(ModelInvalid) where the metadata is there but can't be read.
ModelCard readModelCard(const Graph& graph);
void writeModelCard(Graph& graph, const ModelCard& card);

} // namespace hone
