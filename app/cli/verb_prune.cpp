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
                    .dataHelp =
                        "The data's folder; with it channels are chosen, and the weights behind them solved anew, by training samples "
                        "(--compensate off: they aren't), and the accuracy is measured; needed to train, by scope sensitivity without a "
                        "file, and by importances from samples"},
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
        if (command.given("--ratio") && prune.prune.scope == PruningScope::Layer)
            throw Error(MessageCode::UsageInvalid,
                        {{"detail", "--ratio has no meaning beside --scope layer, whose ratios --ratio-of gives"}, {"verb", name()}});
        if (command.given("--sparsity-strength") && prune.sparsityEpochs == 0)
            throw Error(MessageCode::UsageInvalid,
                        {{"detail", "--sparsity-strength has no meaning without --sparsity-epochs"}, {"verb", name()}});
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
