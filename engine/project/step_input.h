// SPDX-License-Identifier: GPL-3.0-or-later
// What a step reads, and everything that can be known to go wrong before minutes of work are spent.
#pragma once

#include "project/step.h"

#include <filesystem>
#include <vector>

namespace hone
{

// The model that the step takes, or makes. Throws what reading and making throw.
Graph readInput(const StepParameters& parameters, const StepInput& input);
// Training and pruning read a model best without what its exporter left in it. Dropout is for training.
Graph tidiedFor(const StepParameters& parameters, Graph graph, std::vector<Message>& notices, const JobContext& job);
// Throws Error(BadOption, AlreadyQuantized, ModelInvalid, LayerUnknown, LabelsMissing, OperatorsUnsupported, SplitMissing) and what too few
// samples to calibrate with throw.
void checkInput(const StepParameters& parameters, const StepInput& input, const Graph& graph);
// Throws Error(FileUnwritable).
void checkOutput(const std::filesystem::path& output);

} // namespace hone
