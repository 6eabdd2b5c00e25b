// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/step_verb.h"
#include "cli/verbs.h"
#include "core/error.h"

namespace hone::cli
{
namespace
{

std::string summaryText()
{
    std::string known;
    for (const auto& name : knownArchitectures())
        known += (known.empty() ? "" : ", ") + name;
    return "Makes an untrained network: " + known;
}

class NewVerb : public StepVerb
{
public:
    NewVerb()
        : StepVerb({.name = "new",
                    .summary = summaryText(),
                    .example = "hone new mobilenetv2 --classes 12 --width-multiplier 0.35 --input-size 96 --out untrained.onnx",
                    .dataHelp = ""},
                   NewParameters{})
    {}

protected:
    void settle(StepParameters& parameters, const Command& command) override
    {
        StepVerb::settle(parameters, command);
        const ArchitectureOptions& options = std::get<NewParameters>(parameters).architecture;
        if (command.given("--classes") && !hasClasses(options.name))
            throw Error(MessageCode::UsageInvalid,
                        {{"detail", "--classes has no meaning for " + options.name + ", which gives its input back"}, {"verb", name()}});
    }
};

} // namespace

std::unique_ptr<Verb> makeNewVerb()
{
    return std::make_unique<NewVerb>();
}

} // namespace hone::cli
