// SPDX-License-Identifier: GPL-3.0-or-later
// How a model meets a dataset: what its input is made of, and what its output means there.
#pragma once

#include "data/dataset.h"
#include "data/model_card.h"
#include "graph/graph.h"

#include <optional>
#include <vector>

namespace hone
{

// The model's own card goes before dataset.yaml, that before what the shapes suggest.
struct Pairing
{
    Task task = Task::Classification; // the dataset's
    Preprocess preprocess;
    // By index into Dataset::classes(). Classification: none where the model has no such output. Anomaly: 0 normal, 1 an anomaly.
    // Otherwise none.
    std::vector<std::optional<int>> outputOfClass;
    int outputs = 0;                // width of the model's first output; 0 for anomaly and agreement
    int targets = 0;                // values a sample that the data have for regression
    bool preprocessAssumed = false; // neither card nor dataset.yaml states it

    // Classification: every class has an output. Regression: an output a target.
    bool complete() const;
};

// Throws Error(ModelInputUnsupported) where the model doesn't take what the data are, Error(ModelOutputUnsupported) where it
// doesn't give one score a class or one number a target, Error(OutputUnlikeInput) where an anomaly detector doesn't give its input back.
Pairing pair(const Graph& graph, const Dataset& dataset);
// The same, and Error(ClassCountMismatch), Error(ClassesUnmapped) or Error(TargetCountMismatch) where it isn't complete().
Pairing pairCompletely(const Graph& graph, const Dataset& dataset);
// The input alone, whatever the output is; the task is Agreement.
Pairing pairForInput(const Graph& graph, const Dataset& dataset);
// PreprocessAssumed or FrontEndAssumed where nothing states how samples become the model's input, or none.
std::optional<Message> preprocessNotice(const Pairing& pairing);

} // namespace hone
