// SPDX-License-Identifier: GPL-3.0-or-later
// Pruning as a step does it: in rounds, each made up for by least squares and by training, until the ratio or the target is reached.
#pragma once

#include "project/step.h"

#include <functional>
#include <optional>
#include <vector>

namespace hone
{

// What pruning needs of the step that it is part of.
struct PruneRoundsInput
{
    const Graph& graph;
    const PruneParameters& parameters; // decided()
    const Dataset* dataset = nullptr;
    StaticFacts facts;             // of the step's input file, which targets such as 0.5x are of
    std::filesystem::path model;   // that file
    LatencyMeter* meter = nullptr; // none: ONNX Runtime here
    GroupRatios ratios = {};       // of scope Sensitivity
    // The pruned graph of a round, from 1, trained; called where the parameters ask for epochs.
    std::function<Graph(const Graph&, int round, const JobContext&)> finetune = {};
    std::function<std::optional<double>(const Graph&, const JobContext&)> validationMetric = {};
};

struct PruneRoundsResult
{
    Graph graph;
    std::vector<PrunedGroup> groups;              // over all rounds
    std::optional<double> maxAbsDifference;       // the largest of all surgery; none: there was none
    std::optional<double> maxAbsDifferenceDouble; // likewise, of the surgeries that were computed so
    std::string doubleLeftOut;                    // why one wasn't; empty: all were
    std::vector<PruneRound> rounds;
    std::optional<TargetRecord> target;
    std::optional<CompensationRecord> compensation; // of the last round
    std::vector<Message> notices;
};

// Round r of n removes up to r/n of the ratio, or of the way to the target; importance is measured anew in each. Solving weights anew and
// training may make a file larger by biases and what the model then knows of its data; then a few channels more leave, until
// the graph meets the target as it will be written.
// Throws what prune(), dataImportance(), compensate() and training throw; Error(NothingToPrune) where nothing would leave,
// Error(TargetUnreachable) also where a latency is met in no measurement after the search.
PruneRoundsResult pruneInRounds(const PruneRoundsInput& input, const JobContext& job);

// Throws what can be known of that before any training: for those who train before the last surgery. Without ratios scope Sensitivity is
// taken as uniform.
void requirePossible(const PruneRoundsInput& input, const JobContext& job);

} // namespace hone
