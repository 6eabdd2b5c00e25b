// SPDX-License-Identifier: GPL-3.0-or-later
// hone project init|import|log|show.
#include "cli/build_view.h"
#include "cli/exit_codes.h"
#include "cli/paths.h"
#include "cli/verbs.h"
#include "project/recipe.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hone::cli
{
namespace
{

std::string folderName(const std::filesystem::path& folder)
{
    const auto path = std::filesystem::absolute(folder).lexically_normal();
    return (path.has_filename() ? path : path.parent_path()).filename().string();
}

class ProjectVerb : public Verb
{
public:
    std::string name() const override { return "project"; }
    std::string summary() const override { return "Makes and shows projects: folders that keep builds and how they were made"; }
    std::vector<Command> reporting(const Command&) const override
    {
        std::vector<Command> commands;
        for (const auto& [command, action] : m_actions)
            commands.push_back(command);
        return commands;
    }
    void declare(Command& command) override
    {
        declareInit(command);
        declareImport(command);
        declareLog(command);
        declareShow(command);
        command.example("hone project init signs --data pictures");
    }
    int run(Console& console) override
    {
        for (const auto& [command, action] : m_actions)
            if (command.chosen())
                return (this->*action)(console);
        return exitUsage;
    }

private:
    using Action = int (ProjectVerb::*)(Console&);

    Command subverb(Command& command, const std::string& name, const std::string& help, Action action)
    {
        auto sub = command.subcommand(name, help);
        sub.positional("DIR", m_folder, "The project's folder");
        m_actions.emplace_back(sub, action);
        return sub;
    }
    void declareInit(Command& command)
    {
        auto init = subverb(command, "init", "Makes an empty project", &ProjectVerb::init);
        init.option({"--name", "TEXT", "Its name; without it the folder's", ""}, m_name);
        init.option({"--data", "DIR", "The pictures' folder, kept as a reference", ""}, m_data);
        init.example("hone project init signs --data pictures");
    }
    void declareImport(Command& command)
    {
        auto import = subverb(command, "import", "Copies models into a project, measured on its data", &ProjectVerb::import);
        import.positionals("MODEL", m_models, "ONNX files");
        import.example("hone project import signs model.onnx");
    }
    void declareLog(Command& command)
    {
        auto log = subverb(command, "log", "Shows the tree of builds", &ProjectVerb::log);
        log.example("hone project log signs");
    }
    void declareShow(Command& command)
    {
        auto show = subverb(command, "show", "Shows a project, or one of its builds", &ProjectVerb::show);
        show.optionalPositional("BUILD", m_build, "A build's id, or as much of it as no other has");
        show.flag("--recipe", "The recipe that makes the build again, as YAML", m_recipe);
        show.example("hone project show signs prune-1f3a --recipe");
    }

    int init(Console& console)
    {
        if (!m_data.empty())
            Dataset::open(m_data); // before anything is made
        auto project = ProjectStore::create(m_folder, m_name.empty() ? folderName(m_folder) : m_name);
        if (!m_data.empty())
            project.setDataset(m_data);
        console.print(fmt::format("Made the project {} in {}.\n", project.name(), project.folder().string()));
        console.print(projectJson(project));
        return exitDone;
    }
    int import(Console& console)
    {
        auto project = ProjectStore::open(m_folder);
        const auto dataset = openOptionalData(project.dataset() ? project.dataset()->string() : "");
        std::vector<Build> builds;
        for (const auto& model : m_models) {
            const ImportParameters parameters{std::filesystem::absolute(model).lexically_normal()};
            builds.push_back(project.run("", parameters, dataset ? &*dataset : nullptr, console.job()));
            console.notices(builds.back().notices);
        }
        console.print(buildTree(builds));
        Json json;
        json["builds"] = buildsJson(builds, project);
        console.print(json);
        return exitDone;
    }
    int log(Console& console)
    {
        const auto project = ProjectStore::open(m_folder);
        std::vector<Message> damaged;
        const auto builds = project.builds(&damaged);
        console.notices(damaged);
        console.print(builds.empty() ? "No builds yet; 'hone project import' brings the first.\n" : buildTree(builds));
        Json json = projectJson(project);
        json["builds"] = buildsJson(builds, project);
        console.print(json);
        return exitDone;
    }
    int show(Console& console)
    {
        const auto project = ProjectStore::open(m_folder);
        if (m_build.empty()) {
            console.print(projectText(project));
            console.print(projectJson(project));
            return exitDone;
        }
        const auto build = project.build(m_build);
        auto json = buildJson(build, project);
        const auto recipe = toYaml(recipeOf(project, build.id));
        json["recipe"] = recipe;
        console.print(m_recipe ? recipe : buildText(build, project));
        console.print(json);
        return exitDone;
    }

    static std::string projectText(const ProjectStore& project)
    {
        auto text = fmt::format("{}\n  folder   {}\n  data     {}\n  builds   {}\n", project.name(), project.folder().string(),
                                project.dataset() ? project.dataset()->string() : "none yet", project.builds().size());
        for (const auto& device : project.devices())
            text += fmt::format("  device   {} ({})\n", device.name, device.address);
        return text;
    }
    static Json projectJson(const ProjectStore& project)
    {
        Json json;
        json["name"] = project.name();
        json["folder"] = project.folder().string();
        json["dataset"] = project.dataset() ? Json(project.dataset()->string()) : Json(nullptr);
        json["devices"] = Json::array();
        for (const auto& device : project.devices()) {
            Json item;
            item["name"] = device.name;
            item["address"] = device.address;
            json["devices"].push_back(std::move(item));
        }
        return json;
    }

    std::vector<std::pair<Command, Action>> m_actions;
    std::string m_folder;
    std::string m_name;
    std::string m_data;
    std::vector<std::string> m_models;
    std::string m_build;
    bool m_recipe = false;
};

} // namespace

std::unique_ptr<Verb> makeProjectVerb()
{
    return std::make_unique<ProjectVerb>();
}

} // namespace hone::cli
