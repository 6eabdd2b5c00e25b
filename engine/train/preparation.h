// SPDX-License-Identifier: GPL-3.0-or-later
// What stands between a model as it comes and one whose steps can begin.
#pragma once

#include "data/dataset.h"
#include "data/pairing.h"
#include "graph/graph.h"
#include "train/train.h"

#include <vector>

namespace hone
{

struct PreparedModel
{
    Graph graph; // free batch, with the head that it is trained with and its model card
    Pairing pairing;
    bool headReplaced = false;
};

// Throws Error(BadOption) for a value out of its range.
void requireSound(const TrainOptions& options);
// Throws Error(OperatorsUnsupported) naming all that can't be trained.
void requireOperators(const Graph& graph);
// What a model learns from.
enum class Supervision
{
    Labels,
    TeacherAlone // the task is Agreement then, and the head stays
};

// Throws Error(NotTrainable, LabelsMissing, ClassCountMismatch, ClassesUnmapped) and what pairing throws.
PreparedModel prepare(const Graph& graph, const Dataset& dataset, const TrainOptions& options,
                      Supervision supervision = Supervision::Labels);
// Every node that isn't the head, the grid of its weights or behind it.
std::vector<NodeId> bodyOf(const Graph& graph);

} // namespace hone
