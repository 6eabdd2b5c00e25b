// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/step_verb.h"
#include "cli/verbs.h"
#include "core/error.h"

namespace hone::cli
{
namespace
{

class SparsifyVerb : public StepVerb
{
public:
    SparsifyVerb()
        : StepVerb({.name = "sparsify",
                    .summary = "Sets the smallest weights to zero, so that the file compresses; it gets no faster",
                    .example = "hone sparsify model.onnx --sparsity 0.8 --data pictures --finetune-epochs 2 --out "
                               "sparse.onnx",
                    .dataHelp = "The pictures' folder; needed with --finetune-epochs, else for the accuracy only"},
                   SparsifyParameters{})
    {}

protected:
    void settle(StepParameters& parameters, const Command& command) override
    {
        StepVerb::settle(parameters, command);
        const SparsifyOptions& options = std::get<SparsifyParameters>(parameters).sparsify;
        for (const char* flag : {"--sparsity", "--scope"})
            if (command.given(flag) && options.pattern != SparsityPattern::Unstructured)
                throw Error(
                    MessageCode::UsageInvalid,
                    {{"detail", std::string(flag) + " has no meaning beside --pattern, which says itself which weights become zero"},
                     {"verb", name()}});
    }
};

} // namespace

std::unique_ptr<Verb> makeSparsifyVerb()
{
    return std::make_unique<SparsifyVerb>();
}

} // namespace hone::cli
