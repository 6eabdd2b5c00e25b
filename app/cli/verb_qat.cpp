// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/step_verb.h"
#include "cli/verbs.h"
#include "core/error.h"

namespace hone::cli
{
namespace
{

class QatVerb : public StepVerb
{
public:
    QatVerb()
        : StepVerb({.name = "qat",
                    .summary = "Trains a float model on the grids of an INT8 one, and writes that",
                    .example = "hone qat model.onnx --data pictures --bits-weights 4 --epochs 3 --out int4.onnx",
                    .dataHelp = "The pictures' folder, to train and to calibrate with; needed"},
                   QatParameters{})
    {}

protected:
    // What the options that were given say of those that weren't.
    void settle(StepParameters& parameters, const Command& command) override
    {
        StepVerb::settle(parameters, command);
        const auto& options = std::get<QatParameters>(parameters).qat.quantize;
        if (command.given("--percentile") && options.ranges != RangeMethod::Percentile)
            throw Error(MessageCode::UsageInvalid,
                        {{"detail", "--percentile has no meaning without --ranges percentile"}, {"verb", name()}});
    }
};

} // namespace

std::unique_ptr<Verb> makeQatVerb()
{
    return std::make_unique<QatVerb>();
}

} // namespace hone::cli
