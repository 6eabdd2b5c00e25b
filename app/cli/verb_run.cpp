// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/build_view.h"
#include "cli/device_options.h"
#include "cli/exit_codes.h"
#include "cli/explain_view.h"
#include "cli/paths.h"
#include "cli/record_text.h"
#include "cli/verbs.h"
#include "core/file.h"
#include "project/recipe.h"
#include "project/sensitivity_file.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hone::cli
{
namespace
{

ProjectStore openOrCreate(const std::filesystem::path& folder, const std::string& name)
{
    if (std::filesystem::exists(folder / "project.json"))
        return ProjectStore::open(folder);
    return ProjectStore::create(folder, name.empty() ? folder.filename().string() : name);
}

std::string sensitivityLine(const Build& build, const Sensitivity& sensitivity)
{
    const auto mostAt = [](const SensitivityGroup& group) { return group.points.back().ratio; };
    return fmt::format("Measured what pruning each of {} groups of {} costs, up to {:g} % of its channels, on {} samples of {}.",
                       sensitivity.groups.size(), build.id, 100 * mostAt(sensitivity.groups.front()), sensitivity.samples,
                       name(sensitivity.split));
}

class RunVerb : public Verb
{
public:
    std::string name() const override { return "run"; }
    std::string summary() const override { return "Runs a recipe's steps in a project"; }
    void declare(Command& command) override
    {
        command.positional("RECIPE", m_recipe, "A YAML file");
        command.requiredOption({"--project", "DIR", "The project's folder; made if it is not there", ""}, m_project);
        command.option({"--data", "DIR", "The pictures' folder, in place of the recipe's and the project's", ""}, m_data);
        command.option({"--out", "FILE", "Where the last step's model is copied to; replaced if it is there", ""}, m_output);
        m_reach.declare(command);
        command.remark("Steps that the project has run already are not run again.");
        command.example("hone run recipe.yaml --project signs");
    }
    int run(Console& console) override
    {
        auto recipe = readRecipe(m_recipe);
        if (!m_data.empty())
            recipe.data = std::filesystem::absolute(m_data).lexically_normal().string();
        checkOutputs(recipe);
        if (!recipe.data.empty())
            Dataset::open(recipe.data); // before a project is made
        auto project = openOrCreate(m_project, recipe.name);
        if (!project.dataset() && !recipe.data.empty())
            project.setDataset(recipe.data);
        project.setLatencyMeters([this](const DeviceReference& device, const JobContext&) { return deviceMeter(device, m_reach); });
        Json curves = Json::array();
        Json explanations = Json::array();
        const auto builds = runRecipe(recipe, project, console.job(),
                                      {.build =
                                           [&](const Build& build) {
                                               console.say(buildLine(build));
                                               if (auto text = recordText(build.parameters, build); !text.empty()) {
                                                   text.pop_back(); // the line's end, which saying it adds
                                                   console.say(text);
                                               }
                                               console.notices(build.notices);
                                           },
                                       .sensitivity =
                                           [&](const Build& build, const Sensitivity& sensitivity) {
                                               console.say(sensitivityLine(build, sensitivity));
                                               curves.push_back(toJson(sensitivity));
                                               curves.back()["build"] = build.id;
                                           },
                                       .explanation =
                                           [&](const Build& build, const Explanation& explanation, const RecipeExplanation& step) {
                                               console.notices(explanation.notices);
                                               console.say(explanationText(explanation));
                                               if (!step.html.empty()) {
                                                   writePage(explanation, step.html);
                                                   console.say(fmt::format("Wrote {}.", step.html.string()));
                                               }
                                               explanations.push_back(toJson(explanation));
                                               explanations.back()["build"] = build.id;
                                           }});
        if (!m_output.empty())
            writeFileAtomically(m_output, readFile(builds.back().model));
        console.print(buildTree(builds));
        console.print(m_output.empty() ? std::string() : fmt::format("Wrote {}.\n", m_output));
        Json json;
        json["project"] = project.folder().string();
        json["builds"] = buildsJson(builds, project);
        if (!curves.empty())
            json["sensitivity"] = std::move(curves);
        if (!explanations.empty())
            json["explanations"] = std::move(explanations);
        if (!m_output.empty())
            json["output"] = m_output;
        console.print(json);
        return exitDone;
    }

private:
    // None of what the run writes may be what it, or the project, reads.
    void checkOutputs(const Recipe& recipe) const
    {
        auto inputs = filesReadBy(recipe);
        inputs.emplace_back(m_recipe);
        inputs.emplace_back(recipe.data);
        if (std::filesystem::exists(std::filesystem::path(m_project) / "project.json"))
            inputs.push_back(ProjectStore::open(m_project).dataset().value_or(std::filesystem::path()));
        if (!m_output.empty())
            checkOutput("--out", m_output, inputs);
        for (const auto& step : recipe.steps)
            if (step.explanation && !step.explanation->html.empty())
                checkOutput("html", step.explanation->html, inputs);
    }

    std::string m_recipe;
    std::string m_project;
    std::string m_data;
    std::string m_output;
    DeviceOptions m_reach;
};

} // namespace

std::unique_ptr<Verb> makeRunVerb()
{
    return std::make_unique<RunVerb>();
}

} // namespace hone::cli
