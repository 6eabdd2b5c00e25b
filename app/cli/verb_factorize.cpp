// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/step_verb.h"
#include "cli/verbs.h"
#include "core/error.h"

namespace hone::cli
{
namespace
{

class FactorizeVerb : public StepVerb
{
public:
    FactorizeVerb()
        : StepVerb({.name = "factorize",
                    .summary = "Splits layers in two of low rank where that saves multiplications",
                    .example = "hone factorize model.onnx --energy 0.9 --data pictures --finetune-epochs 2 --out split.onnx",
                    .dataHelp = "The pictures' folder: layers are split by what they answer to them; needed with "
                                "--finetune-epochs"},
                   FactorizeParameters{})
    {}

protected:
    void settle(StepParameters& parameters, const Command& command) override
    {
        StepVerb::settle(parameters, command);
        const FactorizeOptions& options = std::get<FactorizeParameters>(parameters).factorize;
        if (command.given("--energy") && (options.rank > 0 || options.rankRatio > 0))
            throw Error(
                MessageCode::UsageInvalid,
                {{"detail", "--energy has no meaning beside --rank or --rank-ratio, which say themselves how much each layer keeps"},
                 {"verb", name()}});
    }
};

} // namespace

std::unique_ptr<Verb> makeFactorizeVerb()
{
    return std::make_unique<FactorizeVerb>();
}

} // namespace hone::cli
