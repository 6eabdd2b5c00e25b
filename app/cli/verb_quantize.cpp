// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/step_verb.h"
#include "cli/verbs.h"
#include "core/error.h"

namespace hone::cli
{
namespace
{

class QuantizeVerb : public StepVerb
{
public:
    QuantizeVerb()
        : StepVerb({.name = "quantize",
                    .summary = "Turns a float model into one of fewer bits",
                    .example = "hone quantize model.onnx --data pictures --out int8.onnx",
                    .dataHelp = "The pictures' folder, to calibrate with; needed with --method static"},
                   QuantizeParameters{})
    {}

protected:
    // What the options that were given say of those that weren't.
    void settle(StepParameters& parameters, const Command& command) override
    {
        StepVerb::settle(parameters, command);
        const auto& options = std::get<QuantizeParameters>(parameters).quantize;
        if (command.given("--percentile") && options.ranges != RangeMethod::Percentile)
            throw Error(MessageCode::UsageInvalid,
                        {{"detail", "--percentile has no meaning without --ranges percentile"}, {"verb", name()}});
        if (command.given("--calibration") && !readsSamples(options))
            throw Error(MessageCode::UsageInvalid,
                        {{"detail", "--calibration has no meaning without --method static, which alone calibrates"}, {"verb", name()}});
    }
};

} // namespace

std::unique_ptr<Verb> makeQuantizeVerb()
{
    return std::make_unique<QuantizeVerb>();
}

} // namespace hone::cli
