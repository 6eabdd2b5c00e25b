// SPDX-License-Identifier: GPL-3.0-or-later
#include "check/open_steps.h"

#include <initializer_list>

namespace hone
{
namespace
{

// Closed by the first of them that holds.
OpenStep stepOf(const std::string& name, std::initializer_list<Closure> closures)
{
    for (const auto& closure : closures)
        if (closure)
            return {name, closure.closed, closure.detail};
    return {name};
}

} // namespace

std::vector<OpenStep> openSteps(const StepConditions& conditions)
{
    const auto& [running, reshaping, training, pruning, quantizing] = conditions;
    return {stepOf("tidy", {}),
            stepOf("evaluate", {running}),
            stepOf("finetune", {running, training}),
            stepOf("prune", {running, reshaping, pruning}),
            stepOf("quantize", {running, reshaping, quantizing}),
            stepOf("compare", {running}),
            stepOf("deploy", {running})};
}

std::string reasonText(const OpenStep& step)
{
    switch (step.closed) {
    case Closed::No: return {};
    case Closed::NotOpened: return "it can't be opened";
    case Closed::DoesNotRun: return "ONNX Runtime doesn't run it";
    case Closed::AlreadyQuantized: return "it is quantized already";
    case Closed::Operators: return "operators that it can't be done with: " + step.detail;
    case Closed::FailsInLibTorch: return "it doesn't run in LibTorch";
    case Closed::FailsBackward: return "going backward through it fails";
    case Closed::EnginesDisagree: return "it computes something else in LibTorch";
    case Closed::GradientsNotFinite: return "its gradients aren't finite";
    case Closed::NoGradients: return "no weight has a gradient";
    case Closed::BatchFixed: return "its batch is fixed";
    case Closed::NoGroups: return "no group of channels can leave";
    case Closed::NoLayers: return "no Conv, Gemm or MatMul with constant float32 weights";
    }
    return {};
}

} // namespace hone
