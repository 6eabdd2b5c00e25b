// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/step_verb.h"
#include "cli/verbs.h"

namespace hone::cli
{

std::unique_ptr<Verb> makeDistillVerb()
{
    return std::make_unique<StepVerb>(StepVerbText{.name = "distill",
                                                   .summary = "Trains a small model to answer as a large one does, with labels or without",
                                                   .example = "hone distill untrained.onnx --teacher large.onnx --data pictures --epochs "
                                                              "20 --out small.onnx",
                                                   .dataHelp = "The pictures' folder; needed, with labels or without",
                                                   .model = "STUDENT"},
                                      DistillParameters{});
}

} // namespace hone::cli
