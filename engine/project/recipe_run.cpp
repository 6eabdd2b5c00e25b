// SPDX-License-Identifier: GPL-3.0-or-later
// Recipes and projects: running one, and writing down the one that made a build.
#include "project/recipe.h"

#include "core/error.h"
#include "core/hash.h"
#include "project/step_kinds.h"

#include <algorithm>
#include <map>
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

std::optional<Dataset> datasetFor(const Recipe& recipe, const ProjectStore& project)
{
    if (!recipe.data.empty())
        return Dataset::open(recipe.data);
    if (project.dataset())
        return Dataset::open(*project.dataset());
    for (const auto& step : recipe.steps)
        if (needsData(step.parameters))
            throw Error(MessageCode::DataRequired, {{"step", stepName(step.parameters)}});
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
        recipe.steps.push_back(std::move(step));
    }
    std::ranges::reverse(recipe.steps);
    return recipe;
}

std::vector<Build> runRecipe(const Recipe& recipe, ProjectStore& project, const JobContext& job,
                             const std::function<void(const Build&)>& tell)
{
    const auto dataset = datasetFor(recipe, project);
    std::vector<Build> builds;
    std::map<std::string, std::string> idOfName;
    const auto steps = static_cast<double>(recipe.steps.size());
    for (const auto& step : recipe.steps) {
        job.checkStop();
        const auto at = static_cast<double>(builds.size());
        std::string parent;
        if (!step.from.empty())
            parent = idOfName.at(step.from);
        else if (!isRoot(step.parameters) && !builds.empty())
            parent = builds.back().id;
        auto parameters = step.parameters;
        if (auto* teacher = teacherPathOf(parameters))
            if (const auto named = idOfName.find(teacher->string()); named != idOfName.end())
                *teacher = named->second;
        builds.push_back(project.run(parent, parameters, dataset ? &*dataset : nullptr, job.part(at / steps, (at + 1) / steps)));
        if (!step.name.empty())
            idOfName[step.name] = builds.back().id;
        if (tell)
            tell(builds.back());
    }
    return builds;
}

} // namespace hone
