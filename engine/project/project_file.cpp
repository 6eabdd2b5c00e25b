// SPDX-License-Identifier: GPL-3.0-or-later
#include "project/project_file.h"

#include "core/error.h"
#include "core/file.h"
#include "project/project_lock.h"
#include "project/project_store.h"

#include <nlohmann/json.hpp>

#include <system_error>

namespace hone
{
namespace fs = std::filesystem;

Json readProjectFile(const fs::path& project)
{
    const auto file = project / "project.json";
    std::error_code ignored;
    if (!fs::exists(file, ignored))
        throw Error(MessageCode::ProjectNotFound, {{"path", project.string()}});
    const auto invalid = [&](const std::string& detail) {
        return Error(MessageCode::ProjectInvalid, {{"path", project.string()}, {"detail", detail}});
    };
    try {
        auto json = Json::parse(readFile(file));
        const auto schema = json.at("schema").get<int>();
        if (schema > ProjectStore::schema)
            throw Error(MessageCode::ProjectNewer,
                        {{"path", project.string()}, {"schema", std::to_string(schema)}, {"known", std::to_string(ProjectStore::schema)}});
        if (schema < 1)
            throw invalid("its schema number is " + std::to_string(schema));
        return json;
    } catch (const Json::exception&) {
        throw invalid("project.json can't be read");
    }
}

void changeProjectFile(const fs::path& project, const std::function<void(Json&)>& change)
{
    const ProjectLock lock(project);
    auto json = readProjectFile(project);
    change(json);
    writeProjectFile(project, json);
}

void writeProjectFile(const fs::path& project, const Json& json)
{
    writeFileAtomically(project / "project.json", json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

std::string storedPath(const fs::path& project, const fs::path& path)
{
    const auto absolute = fs::absolute(path).lexically_normal();
    const auto within = absolute.lexically_relative(project.parent_path());
    if (within.empty() || *within.begin() == "..")
        return absolute.string();
    return absolute.lexically_relative(project).string();
}

fs::path fromStoredPath(const fs::path& project, const std::string& stored)
{
    return (project / stored).lexically_normal(); // an absolute path on the right stands alone
}

} // namespace hone
