// SPDX-License-Identifier: GPL-3.0-or-later
#include "project/project_store.h"

#include "core/error.h"
#include "project/build_record.h"
#include "project/project_file.h"
#include "project/project_lock.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <set>
#include <system_error>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

fs::path normalized(const fs::path& folder)
{
    auto path = fs::absolute(folder).lexically_normal();
    return path.has_filename() ? path : path.parent_path(); // without a slash at the end
}

[[noreturn]] void throwFolderError(const fs::path& folder, const std::error_code& error)
{
    if (error == std::errc::no_space_on_device || error.value() == EDQUOT)
        throw Error(MessageCode::DiskFull, {{"path", folder.string()}});
    throw Error(MessageCode::FileUnwritable, {{"path", folder.string()}, {"reason", error.message()}});
}

std::vector<DeviceReference> devicesFromJson(const Json& json)
{
    std::vector<DeviceReference> devices;
    for (const auto& item : json)
        devices.push_back({.name = item.at("name").get<std::string>(),
                           .address = item.at("address").get<std::string>(),
                           .identityFile = item.value("identityFile", std::string()),
                           .knownHostsFile = item.value("knownHostsFile", std::string())});
    return devices;
}

Json toJson(const std::vector<DeviceReference>& devices)
{
    Json json = Json::array();
    for (const auto& device : devices) {
        Json item;
        item["name"] = device.name;
        item["address"] = device.address;
        item["identityFile"] = device.identityFile;
        item["knownHostsFile"] = device.knownHostsFile;
        json.push_back(std::move(item));
    }
    return json;
}

// Parents before children, siblings by commit order; those whose parent is not there are told.
std::vector<Build> asTree(std::vector<Build> builds, std::vector<Message>& damaged)
{
    std::ranges::sort(builds, {}, &Build::order);
    std::vector<Build> tree;
    std::set<std::string> placed{""};
    const auto place = [&](const auto& self, const std::string& parent) -> void {
        for (auto& build : builds)
            if (build.parent == parent && placed.insert(build.id).second) {
                tree.push_back(build);
                self(self, build.id);
            }
    };
    place(place, "");
    for (const auto& build : builds)
        if (!placed.contains(build.id))
            damaged.push_back({MessageCode::BuildDamaged,
                               {{"build", build.id}, {"detail", "the build it was made from, " + build.parent + ", is missing"}}});
    return tree;
}

void moveBuild(const fs::path& from, const fs::path& to)
{
    std::error_code error;
    fs::rename(from, to, error);
    if (error)
        throwFolderError(to, error);
}

} // namespace

ProjectStore ProjectStore::create(const fs::path& folder, const std::string& name)
{
    const auto path = normalized(folder);
    std::error_code error;
    if (fs::exists(path / "project.json", error))
        throw Error(MessageCode::ProjectExists, {{"path", path.string()}});
    const bool folderIsNew = !fs::exists(path, error);
    try {
        fs::create_directories(path / "builds", error);
        if (error)
            throwFolderError(path, error);
        Json json;
        json["schema"] = schema;
        json["name"] = name;
        json["dataset"] = nullptr;
        json["devices"] = Json::array();
        writeProjectFile(path, json);
    } catch (...) {
        if (folderIsNew)
            fs::remove_all(path, error);
        throw;
    }
    return open(path);
}

ProjectStore ProjectStore::open(const fs::path& folder)
{
    ProjectStore store;
    store.m_folder = normalized(folder);
    const auto json = readProjectFile(store.m_folder);
    try {
        store.m_name = json.at("name").get<std::string>();
        if (const auto dataset = json.find("dataset"); dataset != json.end() && dataset->is_string())
            store.m_dataset = fromStoredPath(store.m_folder, dataset->get<std::string>());
        if (const auto devices = json.find("devices"); devices != json.end())
            store.m_devices = devicesFromJson(*devices);
    } catch (const Json::exception&) {
        throw Error(MessageCode::ProjectInvalid,
                    {{"path", store.m_folder.string()}, {"detail", "project.json lacks something or holds another type"}});
    }
    return store;
}

void ProjectStore::setDataset(const fs::path& folder)
{
    const auto stored = storedPath(m_folder, folder);
    changeProjectFile(m_folder, [&](Json& json) { json["dataset"] = stored; });
    m_dataset = fromStoredPath(m_folder, stored);
}

void ProjectStore::setDevices(std::vector<DeviceReference> devices)
{
    changeProjectFile(m_folder, [&](Json& json) { json["devices"] = toJson(devices); });
    m_devices = std::move(devices);
}

DeviceReference ProjectStore::device(const std::string& nameOrAddress) const
{
    const auto known = std::ranges::find(m_devices, nameOrAddress, &DeviceReference::name);
    return known != m_devices.end() ? *known : DeviceReference{{}, nameOrAddress, {}, {}};
}

std::vector<Build> ProjectStore::builds(std::vector<Message>* damaged) const
{
    std::vector<Build> found;
    std::vector<Message> problems;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(m_folder / "builds", ignored)) {
        if (entry.path().filename().string().starts_with('.') || !entry.is_directory(ignored))
            continue;
        try {
            found.push_back(readBuild(entry.path(), ModelCheck::Size));
        } catch (const Error& error) {
            // One that another program has just taken away is no damage.
            if (fs::exists(entry.path(), ignored))
                problems.push_back(error.message());
        }
    }
    auto tree = asTree(std::move(found), problems);
    std::ranges::sort(problems, {}, [](const Message& message) { return message.arguments.at("build"); });
    if (damaged)
        *damaged = std::move(problems);
    return tree;
}

Build ProjectStore::build(const std::string& id) const
{
    std::vector<Build> matches;
    std::string available;
    for (auto& build : builds()) {
        available += (available.empty() ? "" : ", ") + build.id;
        if (build.id == id)
            return build;
        if (!id.empty() && build.id.starts_with(id))
            matches.push_back(std::move(build));
    }
    if (matches.size() != 1)
        throw Error(MessageCode::BuildUnknown, {{"build", id}, {"available", available}});
    return matches.front();
}

void ProjectStore::remove(const std::string& id)
{
    const auto root = build(id).id;
    const ProjectLock lock(m_folder);
    std::vector<std::string> leaving;
    std::set<std::string> descendants{root};
    for (const auto& candidate : builds())
        if (candidate.id == root || descendants.contains(candidate.parent)) {
            descendants.insert(candidate.id);
            leaving.push_back(candidate.id);
        }
    const auto trash = m_folder / ".trash";
    std::error_code error;
    fs::remove_all(trash, error);
    fs::create_directory(trash, error);
    if (error)
        throwFolderError(trash, error);
    // Children first: whenever this is interrupted, what is left is a tree.
    for (auto leaf = leaving.rbegin(); leaf != leaving.rend(); ++leaf)
        moveBuild(m_folder / "builds" / *leaf, trash / *leaf);
}

void ProjectStore::undoRemove()
{
    const ProjectLock lock(m_folder);
    std::vector<Build> removed;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(m_folder / ".trash", ignored))
        removed.push_back(readBuild(entry.path(), ModelCheck::Size));
    std::ranges::sort(removed, {}, &Build::order); // a parent was committed before its children
    for (const auto& build : removed)
        if (!fs::exists(m_folder / "builds" / build.id, ignored))
            moveBuild(m_folder / ".trash" / build.id, m_folder / "builds" / build.id);
}

} // namespace hone
