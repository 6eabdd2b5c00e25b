// SPDX-License-Identifier: GPL-3.0-or-later
#include "project/build_files.h"

#include "project/sensitivity_file.h"
#include "project/step_kinds.h"

#include <system_error>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

fs::path modelOf(const ProjectStore& project, const std::string& build)
{
    return project.folder() / "builds" / build / "model.onnx";
}

// Curves are kept with the build they are of.
fs::path curvesOf(const fs::path& parentModel, const fs::path& named)
{
    const fs::path kept = sensitivityFolderOf(parentModel) / named.filename();
    std::error_code ignored;
    return fs::is_regular_file(kept, ignored) ? kept : named;
}

} // namespace

std::string teacherBuildOf(const StepParameters& parameters, const ProjectStore& project)
{
    const auto* teacher = teacherPathOf(parameters);
    if (!teacher || teacher->empty())
        return {};
    const auto id = (teacher->has_parent_path() ? teacher->parent_path().filename() : *teacher).string();
    const auto model = modelOf(project, id);
    std::error_code ignored;
    if (id.empty() || !fs::is_regular_file(model, ignored))
        return {};
    if (!teacher->has_parent_path())
        return id;
    const bool isModel = teacher->filename() == "model.onnx" && teacher->parent_path().parent_path().filename() == "builds";
    return isModel && (!fs::exists(*teacher, ignored) || fs::equivalent(*teacher, model, ignored)) ? id : std::string();
}

StepParameters withPresentFiles(const Build& build, const ProjectStore& project)
{
    auto parameters = build.parameters;
    if (auto* prune = std::get_if<PruneParameters>(&parameters); prune && !prune->sensitivity.empty())
        prune->sensitivity = curvesOf(modelOf(project, build.parent), prune->sensitivity);
    if (const auto teacher = teacherBuildOf(parameters, project); !teacher.empty())
        *teacherPathOf(parameters) = modelOf(project, teacher);
    return parameters;
}

} // namespace hone
