// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/step_verb.h"
#include "cli/verbs.h"

namespace hone::cli
{

std::unique_ptr<Verb> makeNewVerb()
{
    std::string known;
    for (const auto& name : knownArchitectures())
        known += (known.empty() ? "" : ", ") + name;
    return std::make_unique<StepVerb>(
        StepVerbText{.name = "new",
                     .summary = "Makes an untrained network: " + known,
                     .example = "hone new mobilenetv2 --classes 12 --width-multiplier 0.35 --input-size 96 --out untrained.onnx",
                     .dataHelp = ""},
        NewParameters{});
}

} // namespace hone::cli
