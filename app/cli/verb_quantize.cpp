// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/step_verb.h"
#include "cli/verbs.h"

namespace hone::cli
{

std::unique_ptr<Verb> makeQuantizeVerb()
{
    return std::make_unique<StepVerb>(StepVerbText{.name = "quantize",
                                                   .summary = "Turns a float model into one of fewer bits",
                                                   .example = "hone quantize model.onnx --data pictures --out int8.onnx",
                                                   .dataHelp = "The pictures' folder, to calibrate with; needed with --method static"},
                                      QuantizeParameters{});
}

} // namespace hone::cli
