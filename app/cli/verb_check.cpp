// SPDX-License-Identifier: GPL-3.0-or-later
// Whether Hone works with a model, found by trying.
#include "check/check.h"
#include "cli/exit_codes.h"
#include "cli/sentences.h"
#include "cli/text.h"
#include "cli/verbs.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace hone::cli
{
namespace
{

std::string factsText(const ModelCheck& check)
{
    std::string operators;
    for (const auto& type : check.unsupported)
        operators += (operators.empty() ? "" : ", ") + type;
    std::string fed;
    for (const auto& input : check.inputs)
        fed += fmt::format("{}{} {}", fed.empty() ? "" : ", ", input.name, toText(input.shape));
    const auto agreement = check.maxRelativeDifference
                               ? fmt::format("LibTorch within {:.2g} of ONNX Runtime's largest output (at most {:g})",
                                             *check.maxRelativeDifference, check.limit)
                               : std::string("not compared: it doesn't run, or draws at random");
    return fmt::format("  operators   {}\n"
                       "  fed         {}\n"
                       "  engines     {}\n"
                       "  gradients   {}\n"
                       "  channels    prunable groups {}, layers that keep theirs {}\n"
                       "  quantizing  {}\n"
                       "  took        {}, {} of memory\n",
                       operators.empty() ? "all can be trained" : "can't be trained: " + operators, fed.empty() ? "nothing" : fed,
                       agreement, check.gradientsFinite ? "finite" : "none that are finite", check.prunableGroups, check.unprunable.size(),
                       check.quantizable ? "possible" : "not possible", secondsText(check.seconds), bytesText(check.peakBytes));
}

std::string stepsText(const ModelCheck& check)
{
    std::string text;
    for (const auto& step : check.steps)
        text += fmt::format("  {:<10}  {}\n", step.step, step.open() ? "open" : "closed: " + reasonText(step));
    return text;
}

std::string unprunableText(const ModelCheck& check)
{
    constexpr std::size_t mostLayers = 8;
    std::string text;
    const auto shown = std::min(mostLayers, check.unprunable.size());
    for (std::size_t i = 0; i < shown; ++i)
        text += fmt::format("  {}: {}\n", check.unprunable[i].name, check.unprunable[i].reason);
    if (shown < check.unprunable.size())
        text += fmt::format("  {} more, in --json\n", check.unprunable.size() - shown);
    return text.empty() ? text : "\nLayers that keep their channels, and why:\n" + text;
}

class CheckVerb : public Verb
{
public:
    std::string name() const override { return "check"; }
    std::string summary() const override { return "Tries whether Hone works with a model, and says which steps are open to it"; }
    void declare(Command& command) override
    {
        command.positional("MODEL", m_model, "An ONNX file");
        command.remark("Exit code 3 when it doesn't work. Which channels leave together, and why, is in the report of --json.");
        command.example("hone check model.onnx");
    }
    int run(Console& console) override
    {
        const auto check = checkModel(m_model, console.job());
        console.print(fmt::format("{} {}\n{}\n{}", m_model, check.ok ? "works with Hone." : "doesn't work with Hone as it is.",
                                  factsText(check), stepsText(check)));
        console.print(unprunableText(check));
        if (!check.tidying.empty())
            console.print(std::string("\nWhat 'hone tidy' would say:\n"));
        for (const auto& notice : check.tidying)
            console.print("  " + sentence(notice) + "\n");
        for (const auto& problem : check.problems)
            console.print("\n" + sentence(problem) + "\n");
        Json json = {{"model", m_model}};
        json.update(toJson(check));
        console.print(json);
        return check.ok ? exitDone : exitInput;
    }

private:
    std::string m_model;
};

} // namespace

std::unique_ptr<Verb> makeCheckVerb()
{
    return std::make_unique<CheckVerb>();
}

} // namespace hone::cli
