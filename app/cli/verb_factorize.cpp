// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/step_verb.h"
#include "cli/verbs.h"

namespace hone::cli
{

std::unique_ptr<Verb> makeFactorizeVerb()
{
    return std::make_unique<StepVerb>(
        StepVerbText{.name = "factorize",
                     .summary = "Splits layers in two of low rank where that saves multiplications",
                     .example = "hone factorize model.onnx --energy 0.9 --data pictures --finetune-epochs 2 --out split.onnx",
                     .dataHelp = "The pictures' folder: layers are split by what they answer to them; needed with "
                                 "--finetune-epochs"},
        FactorizeParameters{});
}

} // namespace hone::cli
