// SPDX-License-Identifier: GPL-3.0-or-later
#include "deploy/remote_folder.h"

#include "core/error.h"

namespace hone
{

std::string remoteFolder(const std::string& wanted)
{
    auto folder = wanted.starts_with("~/") ? wanted.substr(2) : wanted;
    while (folder.size() > 1 && folder.back() == '/')
        folder.pop_back();
    if (folder.empty())
        folder = ".";
    return folder.front() == '/' ? folder : "./" + folder;
}

std::vector<ShippedFile> runnerFor(const DeviceFacts& facts, const std::filesystem::path& runnerFolder)
{
    std::error_code ignored;
    const bool known = facts.architecture == "x86_64" || facts.architecture == "aarch64" ||
                       (!runnerFolder.empty() && std::filesystem::exists(runnerFolder / facts.architecture, ignored));
    if (!known)
        throw Error(MessageCode::DeviceUnsupported, {{"host", facts.host}, {"architecture", facts.architecture}, {"os", facts.os}});
    return runnerFiles(runnerFolder, facts.architecture);
}

} // namespace hone
