// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/step_verb.h"
#include "cli/verbs.h"

namespace hone::cli
{

std::unique_ptr<Verb> makeTidyVerb()
{
    return std::make_unique<StepVerb>(StepVerbText{.name = "tidy",
                                                   .summary = "Leaves out what a model's exporter left in it; its outputs stay the same",
                                                   .example = "hone tidy model.onnx --fold-batchnorm --out tidied.onnx",
                                                   .dataHelp = "The pictures' folder, for the accuracy only"},
                                      TidyParameters{});
}

} // namespace hone::cli
