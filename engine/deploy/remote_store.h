// SPDX-License-Identifier: GPL-3.0-or-later
// The releases on a device: <folder>/releases/<name>/ and <folder>/current -> releases/<name>.
#pragma once

#include "deploy/shipment.h"
#include "deploy/ssh_session.h"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace hone
{

// The release that is being made: all of it in one partial folder until activate(). The caller holds the lock, so there is but one.
class RemoteRelease
{
public:
    static constexpr auto partial = "releases/incoming.partial"; // in the folder

    // `folder` is absolute or relative to the user's home.
    RemoteRelease(SshSession& session, std::string folder);

    std::string path() const { return m_folder + "/" + partial; }

    // Makes the partial folder.
    void begin(const JobContext& job);
    // What `current` names now, or empty.
    std::string current(const JobContext& job);
    // Puts files that the current release has already with the same content into this one; their names.
    std::set<std::string> takeOver(const std::vector<ShippedFile>& files, const JobContext& job);
    // Throws Error(DeviceNoSpace) where the files don't fit, with some room to spare.
    void requireSpace(std::int64_t neededBytes, const JobContext& job);
    // Has the device compute every file's hash. Throws Error(DeviceVerificationFailed) for the first that differs.
    void verify(const std::vector<ShippedFile>& files, const JobContext& job);
    // The partial folder gets its name (the wanted one, or that with a number where it is taken), and `current` names it: in one
    // step each. The name.
    std::string activate(const std::string& wantedName, const JobContext& job);
    // Keeps the newest `count`, and the current one. Best effort.
    void removeOld(int count, const JobContext& job);

private:
    std::string run(const std::string& script, std::vector<std::string> arguments, const JobContext& job);

    SshSession& m_session;
    std::string m_folder;
};

} // namespace hone
