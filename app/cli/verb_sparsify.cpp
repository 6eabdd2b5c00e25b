// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/step_verb.h"
#include "cli/verbs.h"

namespace hone::cli
{

std::unique_ptr<Verb> makeSparsifyVerb()
{
    return std::make_unique<StepVerb>(
        StepVerbText{.name = "sparsify",
                     .summary = "Sets the smallest weights to zero, so that the file compresses; it gets no faster",
                     .example = "hone sparsify model.onnx --sparsity 0.8 --data pictures --finetune-epochs 2 --out "
                                "sparse.onnx",
                     .dataHelp = "The pictures' folder; needed with --finetune-epochs, else for the accuracy only"},
        SparsifyParameters{});
}

} // namespace hone::cli
