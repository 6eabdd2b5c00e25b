// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/step_verb.h"
#include "cli/verbs.h"

namespace hone::cli
{

std::unique_ptr<Verb> makeFinetuneVerb()
{
    return std::make_unique<StepVerb>(StepVerbText{.name = "finetune",
                                                   .summary = "Trains a model further on one's own pictures",
                                                   .example = "hone finetune model.onnx --data pictures --epochs 5 --out tuned.onnx",
                                                   .dataHelp = "The pictures' folder; needed"},
                                      FinetuneParameters{});
}

} // namespace hone::cli
