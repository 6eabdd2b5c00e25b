// SPDX-License-Identifier: GPL-3.0-or-later
// The work of each kind of step, between reading its input and measuring what came out.
#pragma once

#include "project/step.h"
#include "project/step_checkpoints.h"
#include "train/train.h"

#include <optional>
#include <string>
#include <vector>

namespace hone
{

// A step's graph, or the bytes of a file that is taken as it is.
struct Product
{
    std::optional<Graph> graph;
    std::string bytes;
};

// What a training has besides its data and its options.
struct Lesson
{
    Teaching teaching = {};
    GroupPenalty penalty = {};
    Zeros zeros = Zeros::Learn;
    StepPart part = {};
};

// Visits a step's parameters. Notices, epochs and what else is known of the work go into the result.
class Performer
{
public:
    Performer(const StepInput& input, const Graph& graph, const StepParameters& parameters, StepResult& result, const JobContext& job);

    Product operator()(const ImportParameters& parameters);
    Product operator()(const NewParameters& parameters);
    Product operator()(const FinetuneParameters& parameters);
    Product operator()(const PruneParameters& parameters);
    Product operator()(const DistillParameters& parameters);
    Product operator()(const SparsifyParameters& parameters);
    Product operator()(const FactorizeParameters& parameters);
    Product operator()(const TidyParameters& parameters);
    Product operator()(const QuantizeParameters& parameters);
    Product operator()(const QatParameters& parameters);

private:
    Graph finetuned(const Graph& graph, const TrainOptions& options, const JobContext& job, const Lesson& lesson = {});
    Graph finetunedRound(const Graph& graph, const PruneParameters& parameters, int round, const JobContext& job);
    GroupRatios ratiosBySensitivity(const Graph& source, const PruneParameters& parameters, const JobContext& job);
    Graph pulledToZero(const PruneParameters& parameters, const JobContext& job);
    Product recovered(Graph graph, const RecoveryParameters& recovery, Zeros zeros, const JobContext& job);
    Teaching originalOf(const PruneParameters& parameters) const;
    std::optional<TaskMetric> validationMetric(const Graph& graph, const JobContext& job) const;
    void tell(const std::vector<Message>& notices);

    const StepInput& m_input;
    const Graph& m_graph;
    const std::string m_key; // of a checkpoint
    StepResult& m_result;
    JobContext m_job;
};

} // namespace hone
