// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/step_verb.h"
#include "cli/verbs.h"

namespace hone::cli
{

std::unique_ptr<Verb> makeQatVerb()
{
    return std::make_unique<StepVerb>(
        StepVerbText{.name = "qat",
                     .summary = "Trains a float model on the grids of an INT8 one, and writes that",
                     .example = "hone qat model.onnx --data pictures --bits-weights 4 --epochs 3 --out int4.onnx",
                     .dataHelp = "The pictures' folder, to train and to calibrate with; needed"},
        QatParameters{});
}

} // namespace hone::cli
