// SPDX-License-Identifier: GPL-3.0-or-later
#include "project/build_comparison.h"

#include "core/error.h"
#include "project/build_record.h"

#include <map>

namespace hone
{
namespace fs = std::filesystem;

namespace
{

// Without the folders that an imported file lay in: reports are passed on.
std::string commandOf(const Build& build, const std::string& parentName)
{
    auto parameters = build.parameters;
    if (auto* import = std::get_if<ImportParameters>(&parameters))
        import->file = import->file.filename();
    return commandLine(parameters, parentName, "DATA", "OUT");
}

} // namespace

std::vector<ModelToCompare> toCompare(const std::vector<Build>& builds, const BuildName& name)
{
    std::map<std::string, int> indexOf;
    std::vector<ModelToCompare> models;
    for (const auto& build : builds) {
        const auto found = indexOf.find(build.parent);
        const int parent = found == indexOf.end() ? -1 : found->second;
        const auto parentName = parent < 0 ? "MODEL" : models[static_cast<std::size_t>(parent)].name;
        models.push_back(
            {.name = name(build), .file = build.model, .parent = parent, .making = {commandOf(build, parentName), build.notices}});
        indexOf[build.id] = static_cast<int>(models.size()) - 1;
    }
    return models;
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
