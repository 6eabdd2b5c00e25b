// SPDX-License-Identifier: GPL-3.0-or-later
// What a model knows of itself, kept in its ONNX metadata ("hone.classes", "hone.preprocess"), and how it meets a dataset.
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
    std::map<std::string, int> classes;   // class name (folder or label) -> output index; empty: it doesn't say
    std::optional<Preprocess> preprocess;
};

// Throws Error(ModelInvalid) where the metadata is there but can't be read.
ModelCard readModelCard(const Graph& graph);
void writeModelCard(Graph& graph, const ModelCard& card);

// How one model reads one dataset. The model's own card goes before dataset.yaml, that before what the shapes suggest.
struct Pairing
{
    Preprocess preprocess;
    std::vector<std::optional<int>> outputOfClass; // by index into Dataset::classes(); none: the model has no such output
    int outputs = 0;                                // width of the model's first output
    bool preprocessAssumed = false;                 // neither card nor dataset.yaml states it

    bool complete() const; // every class has an output
};

// Throws Error(ModelInputUnsupported, ModelOutputUnsupported) where the model doesn't take a picture or give one score a class.
Pairing pair(const Graph& graph, const Dataset& dataset);
// The same, and Error(ClassCountMismatch) or Error(ClassesUnmapped) where a class has no output.
Pairing pairCompletely(const Graph& graph, const Dataset& dataset);
// PreprocessAssumed where nothing states how pixels become the model's input, or none.
std::optional<Message> preprocessNotice(const Pairing& pairing);

} // namespace hone
