// SPDX-License-Identifier: GPL-3.0-or-later
#include "project/step.h"

#include "core/error.h"
#include "core/file.h"
#include "core/hash.h"
#include "onnx_io/onnx_io.h"
#include "project/perform_step.h"
#include "project/step_checkpoints.h"
#include "project/step_input.h"
#include "project/step_kinds.h"
#include "project/step_measurement.h"
#include "project/step_performer.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

// How far a step's three parts go, as fractions of the whole.
struct Phases
{
    double before = 0.05;
    double after = 0.95;
};

} // namespace

StepOutcome performStep(const StepParameters& wanted, const StepInput& given, const std::optional<Evaluation>& known, const JobContext& job)
{
    const auto parameters = decided(wanted, given.dataset);
    const auto started = std::chrono::steady_clock::now();
    if (needsData(parameters) && !given.dataset)
        throw Error(MessageCode::DataRequired, {{"step", stepName(parameters)}});
    const Phases phases;
    StepOutcome outcome;
    auto& result = outcome.result;
    const StepInput input = withTeacherAsReference(parameters, given);
    const Graph graph = tidiedFor(parameters, readInput(parameters, input), result.notices, job.part(0, 0));
    checkInput(parameters, input, graph);
    job.checkStop();

    if (known)
        result.before = *known;
    else if (!isRoot(parameters))
        result.before = measureBefore(parameters, input, job.part(0, phases.before));

    measureTeacher(parameters, input, result, job.part(phases.before, phases.before));
    if (fitBefore(parameters) == DataFit::Told)
        tellAsBefore(result.before.notices);

    auto product = std::visit(Performer(input, graph, parameters, result, job.part(phases.before, phases.after)), parameters);
    job.checkStop();
    outcome.bytes = product.bytes.empty() ? serializeOnnx(*product.graph) : std::move(product.bytes);
    result.graph = std::move(*product.graph);
    result.sha256 = sha256(outcome.bytes);

    const TemporaryFolder scratch;
    // Progress tells files by name: the one that the user knows.
    const auto candidate = scratch.path() / (input.output.has_filename() ? input.output.filename() : fs::path("model.onnx"));
    writeFileAtomically(candidate, outcome.bytes);
    result.after = measure(candidate, input.dataset, againstReference(input, isRoot(parameters) ? candidate : input.model),
                           isRoot(parameters) ? DataFit::Told : DataFit::Required, job.part(phases.after, 1));
    checkLatencyTarget(candidate, input, result, job.part(1, 1));
    checkLatencyBudget(parameters, candidate, result, job.part(1, 1));
    for (const auto* evaluation : {&result.before, &result.after})
        for (const auto& notice : evaluation->notices)
            if (std::ranges::find(result.notices, notice) == result.notices.end())
                result.notices.push_back(notice);
    measureSparsity(graph, outcome.bytes, result);
    tellSlowness(input, candidate, result, job.part(1, 1));
    if (isRoot(parameters))
        result.before = result.after;
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    job.checkStop();
    return outcome;
}

StepResult runStep(const StepParameters& parameters, const StepInput& input, const JobContext& job)
{
    checkOutput(input.output);
    StepInput resumable = input;
    if (resumable.checkpoint.empty())
        resumable.checkpoint = checkpointBeside(input.output);
    auto outcome = performStep(parameters, resumable, std::nullopt, job);
    job.report({.activity = Activity::Writing, .fraction = 1, .detail = input.output.filename().string()});
    job.checkStop();
    writeFileAtomically(input.output, outcome.bytes);
    if (trains(parameters))
        removeCheckpoints(resumable.checkpoint);
    outcome.result.output = input.output;
    return std::move(outcome.result);
}

} // namespace hone
