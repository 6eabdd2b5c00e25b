// SPDX-License-Identifier: GPL-3.0-or-later
#include "project/build_comparison.h"

#include "core/error.h"
#include "project/build_record.h"
#include "project/explain_step.h"
#include "project/step_kinds.h"

#include <map>
#include <utility>

namespace hone
{
namespace fs = std::filesystem;

namespace
{

// Of the build that this names by its id or its model, if it is one.
std::string idOf(const fs::path& idOrModel)
{
    return (idOrModel.filename() == "model.onnx" ? idOrModel.parent_path() : idOrModel).filename().string();
}

using NameOfId = std::map<std::string, std::string>;

// Without the folders that files lie in: reports are passed on.
std::string commandOf(const Build& build, const std::string& parentName, const NameOfId& names)
{
    auto parameters = build.parameters;
    if (auto* import = std::get_if<ImportParameters>(&parameters))
        import->file = import->file.filename();
    if (auto* prune = std::get_if<PruneParameters>(&parameters))
        prune->sensitivity = prune->sensitivity.filename();
    if (auto* teacher = teacherPathOf(parameters)) {
        const auto named = names.find(idOf(*teacher));
        *teacher = named == names.end() ? teacher->filename() : fs::path(named->second);
    }
    return commandLine(parameters, parentName, "DATA", "OUT");
}

// What the report calls a file, also where its project lay elsewhere then; a build that isn't in it goes by its id.
std::string nameIn(const Comparison& comparison, const fs::path& file)
{
    const auto id = idOf(file);
    for (const auto& model : comparison.models)
        if (idOf(fs::absolute(model.file)) == id)
            return model.name;
    return id;
}

} // namespace

std::vector<ModelToCompare> toCompare(const std::vector<Build>& builds, const BuildName& name)
{
    NameOfId names;
    for (const auto& build : builds)
        names[build.id] = name(build);
    std::map<std::string, int> indexOf;
    std::vector<ModelToCompare> models;
    for (const auto& build : builds) {
        const auto found = indexOf.find(build.parent);
        const int parent = found == indexOf.end() ? -1 : found->second;
        const auto parentName = parent < 0 ? "MODEL" : models[static_cast<std::size_t>(parent)].name;
        models.push_back({.name = names[build.id],
                          .file = build.model,
                          .parent = parent,
                          .making = {commandOf(build, parentName, names), build.notices}});
        indexOf[build.id] = static_cast<int>(models.size()) - 1;
    }
    return models;
}

std::string explanationSections(const Comparison& comparison, const NoticeText& text)
{
    std::string sections;
    for (const auto& model : comparison.models)
        if (auto kept = keptExplanation(model.file)) {
            const auto floating = nameIn(comparison, kept->floating);
            sections += explanationSection(std::move(*kept), {.quantized = model.name, .floating = floating}, text);
        }
    return sections;
}

std::optional<Build> buildOf(const fs::path& model)
{
    const auto folder = fs::absolute(model).parent_path();
    if (model.filename() != "model.onnx" || !fs::exists(folder / "build.json"))
        return std::nullopt;
    try {
        return readBuild(folder, ModelCheck::Size);
    } catch (const Error&) {
        return std::nullopt; // compared as the file that it is
    }
}

} // namespace hone
