// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/device_options.h"
#include "cli/step_verb.h"
#include "cli/verbs.h"

#include <fmt/format.h>

namespace hone::cli
{
namespace
{

class PruneVerb : public StepVerb
{
public:
    PruneVerb()
        : StepVerb({.name = "prune",
                    .summary = "Removes the channels that matter least",
                    .example = "hone prune model.onnx --ratio 0.3 --data pictures --finetune-epochs 2 --out pruned.onnx",
                    .dataHelp = "The pictures' folder; needed with --finetune-epochs, else for the accuracy only"},
                   PruneParameters{})
    {}
    void declare(Command& command) override
    {
        StepVerb::declare(command);
        device().declareReach(command);
    }

protected:
    // What the options that were given say of those that weren't.
    void settle(StepParameters& parameters, const Command& command) override
    {
        StepVerb::settle(parameters, command);
        auto& prune = std::get<PruneParameters>(parameters);
        device().measureOn(prune.latencyDevice);
        if (command.given("--ratio") && targetOf(prune.prune.targets))
            throw Error(MessageCode::BadOption,
                        {{"option", "--ratio"}, {"value", fmt::format("{}", prune.prune.ratio)}, {"expected", "no target beside it"}});
        if (prune.sensitivity.empty() || prune.prune.scope == PruningScope::Sensitivity)
            return;
        if (command.given("--scope"))
            throw Error(MessageCode::BadOption,
                        {{"option", "--sensitivity"}, {"value", prune.sensitivity.string()}, {"expected", "--scope sensitivity with it"}});
        prune.prune.scope = PruningScope::Sensitivity;
    }
};

} // namespace

std::unique_ptr<Verb> makePruneVerb()
{
    return std::make_unique<PruneVerb>();
}

} // namespace hone::cli
