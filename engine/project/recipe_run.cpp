// SPDX-License-Identifier: GPL-3.0-or-later
// Recipes and projects: running one, and writing down the one that made a build.
#include "project/recipe.h"

#include "core/error.h"
#include "core/file.h"
#include "core/hash.h"
#include "project/build_files.h"
#include "project/sensitivity_file.h"
#include "project/step_kinds.h"

#include <algorithm>
#include <map>
#include <set>
#include <system_error>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

// The file that was imported where it is still the same, else the project's copy of it.
fs::path sourceOf(const Build& build, const ImportParameters& parameters)
{
    std::error_code ignored;
    if (fs::is_regular_file(parameters.file, ignored) && sha256OfFile(parameters.file) == build.modelSha256)
        return parameters.file;
    return build.model;
}

// What a step reads besides data and the build that it takes: files, builds and steps before, as the recipe names them.
std::vector<fs::path> namedBy(const RecipeStep& step)
{
    if (step.explanation)
        return step.explanation->against.empty() ? std::vector<fs::path>() : std::vector<fs::path>{step.explanation->against};
    if (!makesBuild(step))
        return {};
    if (const auto* import = std::get_if<ImportParameters>(&step.parameters))
        return {import->file};
    return filesReadBy(step.parameters);
}

// Everything that a recipe reads besides data is looked for before the first step takes its time.
void requireFiles(const Recipe& recipe, const ProjectStore& project)
{
    const auto files = filesReadBy(recipe);
    for (const auto& file : files)
        openForReading(project.modelFile(file));
    for (const auto& step : recipe.steps)
        if (const auto* prune = std::get_if<PruneParameters>(&step.parameters);
            prune && std::ranges::find(files, prune->sensitivity) != files.end())
            readSensitivity(prune->sensitivity);
}

// The steps of builds as a recipe: each behind those that it takes, which are named where it doesn't follow at once.
class StepsOfBuilds
{
public:
    explicit StepsOfBuilds(const ProjectStore& project) : m_project(project)
    {
        for (auto& build : project.builds())
            m_builds.emplace(build.id, std::move(build));
    }
    // A build that isn't there, or is there already, adds nothing.
    void add(const std::string& id)
    {
        const auto found = m_builds.find(id);
        if (found == m_builds.end() || !m_begun.insert(id).second)
            return;
        const Build& build = found->second;
        const auto teacher = teacherBuildOf(build.parameters, m_project);
        add(teacher);
        add(build.parent);
        RecipeStep step{.name = {}, .from = {}, .parameters = withPresentFiles(build, m_project)};
        if (auto* import = std::get_if<ImportParameters>(&step.parameters))
            import->file = sourceOf(build, *import);
        if (m_placeOf.contains(teacher))
            *teacherPathOf(step.parameters) = named(teacher);
        if (!build.parent.empty() && build.parent != m_last)
            step.from = named(build.parent);
        m_placeOf[id] = m_steps.size();
        m_steps.push_back(std::move(step));
        m_last = id;
    }
    std::vector<RecipeStep> take() { return std::move(m_steps); }

private:
    std::string named(const std::string& id)
    {
        m_steps.at(m_placeOf.at(id)).name = id;
        return id;
    }

    const ProjectStore& m_project;
    std::map<std::string, Build> m_builds;
    std::set<std::string> m_begun;
    std::map<std::string, std::size_t> m_placeOf;
    std::vector<RecipeStep> m_steps;
    std::string m_last;
};

std::optional<Dataset> datasetFor(const Recipe& recipe, const ProjectStore& project)
{
    if (!recipe.data.empty())
        return Dataset::open(recipe.data);
    if (project.dataset())
        return Dataset::open(*project.dataset());
    for (const auto& step : recipe.steps)
        if (!makesBuild(step) || needsData(step.parameters))
            throw Error(MessageCode::DataRequired, {{"step", kindOf(step)}});
    return std::nullopt;
}

} // namespace

std::vector<fs::path> filesReadBy(const Recipe& recipe)
{
    std::vector<fs::path> files;
    std::set<std::string> names;
    for (const auto& step : recipe.steps) {
        for (auto& named : namedBy(step))
            if (!names.contains(named.string()))
                files.push_back(std::move(named));
        if (!step.name.empty())
            names.insert(step.name);
    }
    return files;
}

Recipe recipeOf(const ProjectStore& project, const std::string& build)
{
    StepsOfBuilds steps(project);
    steps.add(project.build(build).id);
    Recipe recipe;
    recipe.name = project.name();
    if (project.dataset())
        recipe.data = project.dataset()->string();
    recipe.steps = steps.take();
    return recipe;
}

std::vector<Build> runRecipe(const Recipe& recipe, ProjectStore& project, const JobContext& job, const RecipeEvents& events)
{
    requireFiles(recipe, project);
    const auto dataset = datasetFor(recipe, project);
    std::vector<Build> builds;
    std::map<std::string, std::string> idOfName;
    std::map<std::string, fs::path> curvesOfName;
    const auto steps = static_cast<double>(recipe.steps.size());
    double at = -1;
    for (const auto& step : recipe.steps) {
        job.checkStop();
        ++at;
        const JobContext part = job.part(at / steps, (at + 1) / steps);
        std::string parent;
        if (!step.from.empty())
            parent = idOfName.at(step.from);
        else if (!isRoot(step) && !builds.empty())
            parent = builds.back().id;
        if (step.sensitivity) {
            const Build build = project.build(parent);
            const auto kept = keptSensitivity(build.model, sensitivityFolderOf(build.model), *dataset, *step.sensitivity, part);
            if (!step.name.empty()) {
                idOfName[step.name] = build.id;
                curvesOfName[step.name] = kept.file;
            }
            if (events.sensitivity)
                events.sensitivity(build, kept.curves);
            continue;
        }
        if (step.explanation) {
            const Build build = project.build(parent);
            const auto named = idOfName.find(step.explanation->against);
            const fs::path floating = project.modelFile(named == idOfName.end() ? step.explanation->against : named->second);
            const auto explanation = explainBuild(project, build, floating, *dataset, step.explanation->parameters, part);
            if (!step.name.empty())
                idOfName[step.name] = build.id;
            if (events.explanation)
                events.explanation(build, explanation, *step.explanation);
            continue;
        }
        auto parameters = step.parameters;
        if (auto* prune = std::get_if<PruneParameters>(&parameters))
            if (const auto named = curvesOfName.find(prune->sensitivity.string()); named != curvesOfName.end())
                prune->sensitivity = named->second;
        if (auto* teacher = teacherPathOf(parameters))
            if (const auto named = idOfName.find(teacher->string()); named != idOfName.end())
                *teacher = named->second;
        builds.push_back(project.run(parent, parameters, dataset ? &*dataset : nullptr, part));
        if (!step.name.empty())
            idOfName[step.name] = builds.back().id;
        if (events.build)
            events.build(builds.back());
    }
    return builds;
}

} // namespace hone
