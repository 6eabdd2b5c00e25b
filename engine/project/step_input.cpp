// SPDX-License-Identifier: GPL-3.0-or-later
#include "project/step_input.h"

#include "autograd/graph_module.h"
#include "core/error.h"
#include "onnx_io/onnx_io.h"
#include "project/step_kinds.h"
#include "quantize/calibration.h"
#include "quantize/finite_weights.h"
#include "quantize/kept_layers.h"

#include <unistd.h>

#include <system_error>
#include <utility>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

// What a model that can't be trained is still good for; the verbs' names, which are not translated.
constexpr auto stepsWithoutTraining = "evaluate, compare, prune (without fine-tuning), quantize, deploy";

// The model and the data against what a quantize or qat step does with them.
void checkQuantizing(const StepParameters& parameters, const StepInput& input, const Graph& graph)
{
    const auto* options = quantizingOf(parameters);
    if (!options)
        return;
    requireFiniteWeights(graph, input.model.string());
    requireKeptLayers(graph, *options);
    if (!readsSamples(*options) || !input.dataset)
        return;
    if (trains(parameters))
        input.dataset->require(Split::Train);
    requireCalibrationSamples(*input.dataset, options->samples);
}

} // namespace

Graph readInput(const StepParameters& parameters, const StepInput& input)
{
    if (const auto* made = std::get_if<NewParameters>(&parameters))
        return makeArchitecture(made->architecture);
    if (const auto* import = std::get_if<ImportParameters>(&parameters))
        return readOnnx(import->file);
    return readOnnx(input.model);
}

Graph tidiedFor(const StepParameters& parameters, Graph graph, std::vector<Message>& notices, const JobContext& job)
{
    const bool readsChannels =
        std::holds_alternative<PruneParameters>(parameters) || std::holds_alternative<FactorizeParameters>(parameters);
    if (!trains(parameters) && !readsChannels)
        return graph;
    auto result = tidy(graph, {.freeBatch = trains(parameters), .keepDropout = true}, job);
    if (result.changes.empty())
        return graph;
    notices = std::move(result.notices);
    return std::move(result.graph);
}

void checkInput(const StepParameters& parameters, const StepInput& input, const Graph& graph)
{
    requireConsistentParameters(parameters);
    if (const auto* prune = std::get_if<PruneParameters>(&parameters))
        requireConsistent(prune->prune);
    if (const auto* prune = std::get_if<PruneParameters>(&parameters);
        prune && !prune->sensitivity.empty() && prune->prune.scope != PruningScope::Sensitivity)
        throw Error(MessageCode::BadOption,
                    {{"option", "sensitivity"}, {"value", prune->sensitivity.string()}, {"expected", "scope sensitivity beside it"}});
    if (needsValidationSplit(parameters) && input.dataset)
        input.dataset->require(Split::Validation);
    if (const auto* quantize = std::get_if<QuantizeParameters>(&parameters)) {
        const bool isBound = quantize->quantize.maxDrop < anyDrop;
        if (isBound && input.dataset && input.dataset->task() == Task::Agreement)
            throw Error(MessageCode::LabelsMissingForBound, {{"path", input.dataset->folder().string()}});
        if (isBound && input.dataset)
            input.dataset->require(Split::Validation);
    }
    if (const auto* distill = std::get_if<DistillParameters>(&parameters))
        teacherOf(*distill, input); // says so where there is none
    if (needsFloatWeights(parameters) && isQuantized(graph))
        throw Error(MessageCode::AlreadyQuantized, {{"path", input.model.string()}});
    checkQuantizing(parameters, input, graph);
    if (trains(parameters) && !learnsFromTeacher(parameters) && input.dataset && input.dataset->task() == Task::Agreement)
        throw Error(MessageCode::LabelsMissing, {{"path", input.dataset->folder().string()}});
    if (trains(parameters)) {
        std::string operators;
        for (const auto& type : unsupportedOperators(graph))
            operators += (operators.empty() ? "" : ", ") + type;
        if (!operators.empty())
            throw Error(MessageCode::OperatorsUnsupported, {{"operators", operators}, {"open", stepsWithoutTraining}});
    }
}

void checkOutput(const fs::path& output)
{
    const auto refuse = [&](const std::string& reason) {
        throw Error(MessageCode::FileUnwritable, {{"path", output.string()}, {"reason", reason}});
    };
    std::error_code ignored;
    const auto folder = output.has_parent_path() ? output.parent_path() : fs::path(".");
    if (!fs::is_directory(folder, ignored))
        refuse("there is no folder " + folder.string());
    if (fs::is_directory(output, ignored))
        refuse("it is a folder");
    if (::access(folder.c_str(), W_OK) != 0)
        refuse("its folder can't be written to");
}

} // namespace hone
