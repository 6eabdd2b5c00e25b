// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/step_verb.h"
#include "cli/verbs.h"

namespace hone::cli
{

std::unique_ptr<Verb> makePruneVerb()
{
    return std::make_unique<StepVerb>(
        StepVerbText{.name = "prune",
                     .summary = "Removes the channels that matter least",
                     .example = "hone prune model.onnx --ratio 0.3 --data pictures --finetune-epochs 2 --out pruned.onnx",
                     .dataHelp = "The pictures' folder; needed with --finetune-epochs, else for the accuracy only"},
        PruneParameters{});
}

} // namespace hone::cli
