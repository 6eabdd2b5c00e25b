// SPDX-License-Identifier: GPL-3.0-or-later
// project.json.
#pragma once

#include "core/json.h"

#include <filesystem>
#include <functional>

namespace hone
{

// Throws Error(ProjectNotFound, ProjectInvalid, ProjectNewer).
Json readProjectFile(const std::filesystem::path& project);
// Reads, changes and writes under the project's lock, so that what other programs wrote meanwhile stays.
void changeProjectFile(const std::filesystem::path& project, const std::function<void(Json&)>& change);
void writeProjectFile(const std::filesystem::path& project, const Json& json);

// Data beside or below the project are kept as a relative path, so that both can move together.
std::string storedPath(const std::filesystem::path& project, const std::filesystem::path& path);
std::filesystem::path fromStoredPath(const std::filesystem::path& project, const std::string& stored);

} // namespace hone
