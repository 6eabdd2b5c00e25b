// SPDX-License-Identifier: GPL-3.0-or-later
// Recipes and projects: running one, and writing down the one that made a build.
#include "project/recipe.h"

#include "core/error.h"
#include "core/file.h"
#include "core/hash.h"
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

// Curves that are kept with the build they are of lie where the project lies now.
fs::path curvesOf(const Build& parent, const fs::path& named)
{
    const fs::path kept = sensitivityFolderOf(parent.model) / named.filename();
    std::error_code ignored;
    return fs::is_regular_file(kept, ignored) ? kept : named;
}

// Everything that a recipe reads besides data is looked for before the first step takes its time.
void requireFiles(const Recipe& recipe)
{
    std::set<std::string> names;
    for (const auto& step : recipe.steps) {
        const auto isFile = [&](const fs::path& path) { return !path.empty() && !names.contains(path.string()); };
        if (const auto* prune = std::get_if<PruneParameters>(&step.parameters); prune && isFile(prune->sensitivity))
            readSensitivity(prune->sensitivity);
        if (const auto* teacher = teacherPathOf(step.parameters); teacher && isFile(*teacher))
            openForReading(*teacher);
        if (const auto* import = std::get_if<ImportParameters>(&step.parameters); import && makesBuild(step))
            openForReading(import->file);
        if (step.explanation && isFile(step.explanation->against))
            openForReading(step.explanation->against);
        if (!step.name.empty())
            names.insert(step.name);
    }
}

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

Recipe recipeOf(const ProjectStore& project, const std::string& build)
{
    std::map<std::string, Build> builds;
    for (auto& candidate : project.builds())
        builds.emplace(candidate.id, std::move(candidate));
    Recipe recipe;
    recipe.name = project.name();
    if (project.dataset())
        recipe.data = project.dataset()->string();
    for (auto id = project.build(build).id; !id.empty(); id = builds.at(id).parent) {
        const auto& at = builds.at(id);
        RecipeStep step{.name = {}, .from = {}, .parameters = at.parameters};
        if (auto* import = std::get_if<ImportParameters>(&step.parameters))
            import->file = sourceOf(at, *import);
        if (auto* prune = std::get_if<PruneParameters>(&step.parameters); prune && !prune->sensitivity.empty())
            prune->sensitivity = curvesOf(builds.at(at.parent), prune->sensitivity);
        recipe.steps.push_back(std::move(step));
    }
    std::ranges::reverse(recipe.steps);
    return recipe;
}

std::vector<Build> runRecipe(const Recipe& recipe, ProjectStore& project, const JobContext& job, const RecipeEvents& events)
{
    requireFiles(recipe);
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
            const fs::path floating = named == idOfName.end() ? fs::path(step.explanation->against) : project.build(named->second).model;
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
