// SPDX-License-Identifier: GPL-3.0-or-later
// What a step's models are measured with, and what the figures before and after it tell.
#pragma once

#include "project/perform_step.h"

#include <filesystem>
#include <string>
#include <vector>

namespace hone
{

// Data that don't fit a root are told, since the next step may bring a new head; the same before a fine-tuning that may replace it.
DataFit fitBefore(const StepParameters& parameters);
// What doesn't fit is what the step is there to mend, so no way out is told, only why there is no figure.
void tellAsBefore(std::vector<Message>& notices);
// Without labels a model can only be held against another one.
EvaluateOptions againstReference(const StepInput& input, const std::filesystem::path& otherwise);
// What a step starts from. Throws Error(TeacherUnlike) where a student that is held against its teacher can't be.
Evaluation measureBefore(const StepParameters& parameters, const StepInput& input, const JobContext& job);
// A student that learns without labels is held against its teacher, unless labels that it doesn't learn can still measure it.
StepInput withTeacherAsReference(const StepParameters& parameters, StepInput input);
// What zeros among the weights are worth: to bytes, and to time, which they usually aren't.
void measureSparsity(const Graph& before, const std::string& after, StepResult& result);
// What measures a target latency; none: ONNX Runtime here.
LatencyMeter* targetMeterOf(const StepInput& input);
// Holds the file as it will be written against the latency that pruning was to reach: the target's `after` is what most of five
// measurements say (settledLatency), and so is result.after's latency unless the target has a meter of its own. Throws
// Error(TargetUnreachable) where that misses.
void checkLatencyTarget(const std::filesystem::path& file, const StepInput& input, StepResult& result, const JobContext& job);
// The same for the latency that a quantize step was allowed, in ONNX Runtime here with one thread: result.after's latency is what most of
// five measurements say.
void checkLatencyBudget(const StepParameters& parameters, const std::filesystem::path& file, StepResult& result, const JobContext& job);
// Where latency stayed while MACs fell by pruning or splitting, also when both files are measured again in turns; with a target latency, on
// the machine that it was measured on. `file`: as it will be written.
void tellSlowness(const StepInput& input, const std::filesystem::path& file, StepResult& result, const JobContext& job);
// A distill step's teacher, measured as its student is. Does nothing in other steps.
void measureTeacher(const StepParameters& parameters, const StepInput& input, StepResult& result, const JobContext& job);

} // namespace hone
