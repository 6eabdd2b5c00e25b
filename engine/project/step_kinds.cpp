// SPDX-License-Identifier: GPL-3.0-or-later
#include "project/step_kinds.h"

#include "core/error.h"

#include <fmt/format.h>

#include <optional>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

// A step's training beside its own work: a share of the original's answers, and how long.
struct Recovery
{
    double distill;
    int epochs;
};

std::optional<Recovery> recoveryOf(const StepParameters& parameters)
{
    if (const auto* prune = std::get_if<PruneParameters>(&parameters))
        return Recovery{prune->distill, prune->finetune.epochs + prune->sparsityEpochs};
    if (const auto* sparsify = std::get_if<SparsifyParameters>(&parameters))
        return Recovery{sparsify->recovery.distill, sparsify->recovery.finetune.epochs};
    if (const auto* factorize = std::get_if<FactorizeParameters>(&parameters))
        return Recovery{factorize->recovery.distill, factorize->recovery.finetune.epochs};
    return std::nullopt;
}

const TrainOptions* trainingOf(const StepParameters& parameters)
{
    return std::visit(
        [](const auto& step) -> const TrainOptions* {
            if constexpr (requires { step.train; })
                return &step.train;
            else if constexpr (requires { step.finetune; })
                return &step.finetune;
            else if constexpr (requires { step.recovery; })
                return &step.recovery.finetune;
            else if constexpr (requires { step.qat; })
                return &step.qat.train;
            else
                return nullptr;
        },
        parameters);
}

[[noreturn]] void refuse(const std::string& option, const std::string& value, const std::string& expected)
{
    throw Error(MessageCode::BadOption, {{"option", option}, {"value", value}, {"expected", expected}});
}

// What says how a teacher is listened to has its default.
void requireNoTeaching(const QatParameters& qat)
{
    const QatParameters defaults;
    const std::string expected = "'distill' above 0 beside it";
    if (!qat.teacher.empty())
        refuse("teacher", qat.teacher.string(), expected);
    if (qat.kind != defaults.kind)
        refuse("distillKind", qat.kind == TeachingKind::Feature ? "feature" : "attention", expected);
    if (qat.temperature != defaults.temperature)
        refuse("temperature", fmt::format("{}", qat.temperature), expected);
}

template<class Parameters> // constant or not
auto teacherPathIn(Parameters& parameters) -> decltype(&std::get_if<QatParameters>(&parameters)->teacher)
{
    if (auto* distill = std::get_if<DistillParameters>(&parameters))
        return &distill->teacher;
    auto* qat = std::get_if<QatParameters>(&parameters);
    return qat && !qat->teacher.empty() ? &qat->teacher : nullptr;
}

} // namespace

bool isRoot(const StepParameters& parameters)
{
    return std::holds_alternative<ImportParameters>(parameters) || std::holds_alternative<NewParameters>(parameters);
}

bool trains(const StepParameters& parameters)
{
    if (const auto recovery = recoveryOf(parameters))
        return recovery->epochs > 0;
    return std::holds_alternative<FinetuneParameters>(parameters) || std::holds_alternative<DistillParameters>(parameters) ||
           std::holds_alternative<QatParameters>(parameters);
}

bool learnsFromTeacher(const StepParameters& parameters)
{
    const auto recovery = recoveryOf(parameters);
    const auto* qat = std::get_if<QatParameters>(&parameters);
    return std::holds_alternative<DistillParameters>(parameters) || (recovery && recovery->distill > 0) || (qat && qat->distill > 0);
}

bool needsFloatWeights(const StepParameters& parameters)
{
    return std::holds_alternative<PruneParameters>(parameters) || std::holds_alternative<QuantizeParameters>(parameters) ||
           std::holds_alternative<SparsifyParameters>(parameters) || std::holds_alternative<FactorizeParameters>(parameters) ||
           std::holds_alternative<QatParameters>(parameters);
}

bool needsValidationSplit(const StepParameters& parameters)
{
    return std::holds_alternative<PruneParameters>(parameters) || std::holds_alternative<SparsifyParameters>(parameters) ||
           std::holds_alternative<FactorizeParameters>(parameters) || std::holds_alternative<DistillParameters>(parameters);
}

const QuantizeOptions* quantizingOf(const StepParameters& parameters)
{
    if (const auto* quantize = std::get_if<QuantizeParameters>(&parameters))
        return &quantize->quantize;
    const auto* qat = std::get_if<QatParameters>(&parameters);
    return qat ? &qat->qat.quantize : nullptr;
}

bool isOnIntegers(const StepParameters& parameters)
{
    const auto* quantize = std::get_if<QuantizeParameters>(&parameters);
    return quantize ? quantize->quantize.method != QuantizeMethod::Half : std::holds_alternative<QatParameters>(parameters);
}

const fs::path* teacherPathOf(const StepParameters& parameters)
{
    return teacherPathIn(parameters);
}

fs::path* teacherPathOf(StepParameters& parameters)
{
    return teacherPathIn(parameters);
}

std::vector<fs::path> filesReadBy(const StepParameters& parameters)
{
    std::vector<fs::path> files;
    if (const auto* teacher = teacherPathOf(parameters); teacher && !teacher->empty())
        files.push_back(*teacher);
    if (const auto* prune = std::get_if<PruneParameters>(&parameters); prune && !prune->sensitivity.empty())
        files.push_back(prune->sensitivity);
    return files;
}

void requireConsistentParameters(const StepParameters& parameters)
{
    if (const auto* quantize = std::get_if<QuantizeParameters>(&parameters))
        requireConsistent(quantize->quantize);
    if (const auto* qat = std::get_if<QatParameters>(&parameters)) {
        requireConsistent(qat->qat);
        if (qat->distill == 0)
            requireNoTeaching(*qat);
    }
    const auto* training = trainingOf(parameters);
    if (training && training->freezeBody && training->bodyRateFactor != TrainOptions{}.bodyRateFactor)
        refuse("bodyLrFactor", fmt::format("{}", training->bodyRateFactor), "no 'freezeBody' beside it");
}

fs::path teacherOf(const DistillParameters& parameters, const StepInput& input)
{
    const auto& teacher = input.teacher.empty() ? parameters.teacher : input.teacher;
    if (teacher.empty())
        throw Error(MessageCode::UsageInvalid, {{"detail", "a distill step needs a teacher"}, {"verb", "distill"}});
    return teacher;
}

} // namespace hone
