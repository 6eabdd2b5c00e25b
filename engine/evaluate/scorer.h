// SPDX-License-Identifier: GPL-3.0-or-later
// What a model's answers are worth, batch by batch: the same for evaluate() and for training's looks at the validation split.
#pragma once

#include "core/tensor.h"
#include "data/loader.h"
#include "evaluate/evaluation.h"
#include "evaluate/metric.h"

#include <memory>
#include <optional>

namespace hone
{

struct ScorerSettings
{
    Task task = Task::Classification;
    int outputs = 0;            // numbers a sample in the model's first output; of an anomaly detector: not read
    bool probabilities = false; // classification: the output is known to be a Softmax's
};

// Of the run that gave the answers.
struct ScoredRun
{
    Split split = Split::Validation;
    double seconds = 0;
};

// Figures don't depend on how samples fall into batches, only (in their last bits) on their order. Use from one thread at a time.
class Scorer
{
public:
    virtual ~Scorer() = default;
    // `output`: the model's first one for batch.inputs. Rows beyond the batch's samples are padding.
    // Throws Error(ModelOutputUnsupported) where there are too few values.
    virtual void add(const Tensor& output, const Batch& batch) = 0;
    virtual std::size_t samples() const = 0;
    // None before the first sample.
    virtual std::optional<TaskMetric> metric() const = 0;
    // Fills in the task's part of an evaluation, and what there is to tell.
    virtual void report(const ScoredRun& run, Evaluation& evaluation) const = 0;
};

// Throws Error(InternalFault) for Agreement, which has nothing to score against.
std::unique_ptr<Scorer> makeScorer(const ScorerSettings& settings);

} // namespace hone
