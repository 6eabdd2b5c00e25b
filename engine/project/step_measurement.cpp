// SPDX-License-Identifier: GPL-3.0-or-later
#include "project/step_measurement.h"

#include "core/error.h"
#include "data/pairing.h"
#include "evaluate/deflated_size.h"
#include "onnx_io/onnx_io.h"
#include "project/step_kinds.h"
#include "prune/latency_notice.h"
#include "runtime/latency.h"
#include "train/teaching.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <string_view>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

bool isOneOf(MessageCode code, std::initializer_list<MessageCode> codes)
{
    return std::ranges::find(codes, code) != codes.end();
}

// Whether labels say how good the student is, which has its teacher's classes where it states none.
bool labelsFit(const Graph& student, const Graph& teacher, const Dataset& dataset)
{
    if (dataset.task() == Task::Agreement)
        return false;
    try {
        pairCompletely(withTeachersCard(student, {.teacher = &teacher}), dataset);
        return true;
    } catch (const Error&) {
        return false;
    }
}

} // namespace

Evaluation measure(const fs::path& model, const Dataset* dataset, const EvaluateOptions& options, DataFit fit, const JobContext& job)
{
    if (!dataset)
        return evaluate(model, dataset, options, job);
    try {
        return evaluate(model, dataset, options, job);
    } catch (const Error& error) {
        // Too few pictures to measure with say nothing against the model, nor against the work that was done.
        const bool nothingToMeasureWith = isOneOf(error.code(), {MessageCode::SplitMissing, MessageCode::DataEmpty});
        const bool misfit = isOneOf(error.code(), {MessageCode::ClassCountMismatch, MessageCode::ClassesUnmapped,
                                                   MessageCode::TargetCountMismatch, MessageCode::OutputUnlikeInput,
                                                   MessageCode::ModelInputUnsupported, MessageCode::ModelOutputUnsupported});
        if (!nothingToMeasureWith && !(misfit && fit == DataFit::Told))
            throw;
        auto evaluation = evaluate(model, nullptr, options, job);
        evaluation.notices.push_back(error.message());
        return evaluation;
    }
}

DataFit fitBefore(const StepParameters& parameters)
{
    const auto* finetune = std::get_if<FinetuneParameters>(&parameters);
    const bool takesTeachersCard = std::holds_alternative<DistillParameters>(parameters);
    return takesTeachersCard || (finetune && finetune->train.head != HeadPolicy::Keep) ? DataFit::Told : DataFit::Required;
}

void tellAsBefore(std::vector<Message>& notices)
{
    for (auto& notice : notices) {
        if (notice.code == MessageCode::ClassCountMismatch)
            notice.code = MessageCode::BeforeHasOtherClasses;
        else if (notice.code == MessageCode::ClassesUnmapped)
            notice.code = MessageCode::BeforeLacksClasses;
        else if (notice.code == MessageCode::TargetCountMismatch)
            notice.code = MessageCode::BeforeHasOtherTargets;
    }
}

EvaluateOptions againstReference(const StepInput& input, const fs::path& otherwise)
{
    auto options = input.evaluate;
    if (input.dataset && input.dataset->task() == Task::Agreement && options.reference.empty())
        options.reference = otherwise;
    return options;
}

Evaluation measureBefore(const StepParameters& parameters, const StepInput& input, const JobContext& job)
{
    const auto* distill = std::get_if<DistillParameters>(&parameters);
    try {
        return measure(input.model, input.dataset, againstReference(input, input.model), fitBefore(parameters), job);
    } catch (const Error& error) {
        if (!distill || error.code() != MessageCode::ReferenceUnlike || input.evaluate.reference != teacherOf(*distill, input))
            throw;
        std::string detail = error.message().arguments.at("detail");
        const std::string_view other = "reference";
        for (auto at = detail.find(other); at != detail.npos; at = detail.find(other, at))
            detail.replace(at, other.size(), "teacher");
        throw Error(MessageCode::TeacherUnlike, {{"detail", detail}});
    }
}

StepInput withTeacherAsReference(const StepParameters& parameters, StepInput input)
{
    const auto* distill = std::get_if<DistillParameters>(&parameters);
    const bool withoutLabels = distill && input.dataset && (distill->labels == Labels::Ignored || input.dataset->task() == Task::Agreement);
    if (!withoutLabels || !input.evaluate.reference.empty())
        return input;
    const auto teacher = teacherOf(*distill, input);
    if (!labelsFit(readOnnx(input.model), readOnnx(teacher), *input.dataset))
        input.evaluate.reference = teacher;
    return input;
}

void measureSparsity(const Graph& before, const std::string& after, StepResult& result)
{
    if (!result.sparsity)
        return;
    result.sparsity->compressedBytesBefore = deflatedSize(serializeOnnx(before));
    result.sparsity->compressedBytesAfter = deflatedSize(after);
    if (!result.before.latency || !result.after.latency)
        return;
    const auto milliseconds = [](double value) { return fmt::format("{:.3g}", value); };
    result.notices.push_back({MessageCode::ZerosNotFaster,
                              {{"macs", std::to_string(result.after.facts.macs)},
                               {"latencyBefore", milliseconds(result.before.latency->p50Ms)},
                               {"latencyAfter", milliseconds(result.after.latency->p50Ms)}}});
}

LatencyMeter* targetMeterOf(const StepInput& input)
{
    return input.targetMeter ? input.targetMeter : input.evaluate.meter;
}

void checkLatencyTarget(const fs::path& file, const StepInput& input, StepResult& result, const JobContext& job)
{
    if (!result.target || result.target->kind != TargetKind::LatencyMs)
        return;
    LocalLatencyMeter here;
    auto* meter = targetMeterOf(input);
    TargetRecord& target = *result.target;
    const Latency latency = settledLatency(meter ? *meter : here, file, target.wanted, job);
    target.after = latency.p50Ms;
    if (result.after.latency && meter == input.evaluate.meter)
        result.after.latency = latency;
    if (target.after > target.wanted)
        throw Error(MessageCode::TargetUnreachable,
                    {{"what", nameOf(target.kind)},
                     {"wanted", amountText(target.kind, target.wanted)},
                     {"reachable", amountText(target.kind, target.after)},
                     {"detail", "its channels met it when they were chosen, and the finished file did not in most of five measurements"}});
}

void checkLatencyBudget(const StepParameters& parameters, const fs::path& file, StepResult& result, const JobContext& job)
{
    const auto* quantize = std::get_if<QuantizeParameters>(&parameters);
    if (!quantize || !(quantize->quantize.targetLatencyMs > 0))
        return;
    LocalLatencyMeter here;
    const double allowed = quantize->quantize.targetLatencyMs;
    const Latency latency = settledLatency(here, file, allowed, job);
    if (latency.p50Ms > allowed)
        throw Error(MessageCode::TargetUnreachable,
                    {{"what", nameOf(TargetKind::LatencyMs)},
                     {"wanted", amountText(TargetKind::LatencyMs, allowed)},
                     {"reachable", amountText(TargetKind::LatencyMs, latency.p50Ms)},
                     {"detail", "the layers in float were within it when they were chosen, and the finished file was not in most of five "
                                "measurements"}});
    if (result.after.latency)
        result.after.latency = latency;
}

namespace
{

std::optional<Message> slownessOf(const StepResult& result, const SpeedChange& change, std::int64_t block)
{
    if (!result.groups.empty())
        return latencyNotFalling(result.graph, change, block);
    return result.factorization ? splitNotFaster(result.factorization->layers, change, block) : std::nullopt;
}

// What was measured before may be of another day, or beside other work: the least of three measurements of both files, in turns.
SpeedChange measuredInTurns(SpeedChange change, LatencyMeter& meter, const fs::path& before, const fs::path& after, const JobContext& job)
{
    constexpr int turns = 3;
    for (int turn = 0; turn < turns; ++turn) {
        const double first = meter.measure(before, job).p50Ms;
        const double second = meter.measure(after, job).p50Ms;
        change.latencyBeforeMs = turn == 0 ? first : std::min(change.latencyBeforeMs, first);
        change.latencyAfterMs = turn == 0 ? second : std::min(change.latencyAfterMs, second);
    }
    return change;
}

} // namespace

void tellSlowness(const StepInput& input, const fs::path& file, StepResult& result, const JobContext& job)
{
    SpeedChange change{.macsBefore = static_cast<double>(result.before.facts.macs),
                       .macsAfter = static_cast<double>(result.after.facts.macs)};
    LocalLatencyMeter here;
    const bool hasTarget = result.target && result.target->kind == TargetKind::LatencyMs;
    LatencyMeter* given = hasTarget ? targetMeterOf(input) : input.evaluate.meter;
    LatencyMeter& meter = given ? *given : here;
    if (hasTarget) {
        change.latencyBeforeMs = result.target->before;
        change.latencyAfterMs = result.target->after;
    } else if (result.before.latency && result.after.latency) {
        change.latencyBeforeMs = result.before.latency->p50Ms;
        change.latencyAfterMs = result.after.latency->p50Ms;
    } else {
        return;
    }
    auto notice = slownessOf(result, change, meter.channelBlock());
    if (notice && !hasTarget)
        notice = slownessOf(result, measuredInTurns(change, meter, input.model, file, job), meter.channelBlock());
    if (notice)
        result.notices.push_back(*notice);
}

void measureTeacher(const StepParameters& parameters, const StepInput& input, StepResult& result, const JobContext& job)
{
    const auto* distill = std::get_if<DistillParameters>(&parameters);
    if (!distill)
        return;
    result.teacher = measure(teacherOf(*distill, input), input.dataset, input.evaluate, DataFit::Told, job);
    result.teacher->notices.clear(); // what doesn't fit is told of the student
}

} // namespace hone
