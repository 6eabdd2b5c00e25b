// SPDX-License-Identifier: GPL-3.0-or-later
#include "deploy/remote_store.h"

#include "core/error.h"
#include "deploy/shell_command.h"

#include <map>
#include <sstream>
#include <utility>

namespace hone
{
namespace
{

constexpr std::int64_t spareBytes = 1 << 20;

// sha256sum's lines: the hash, two characters, the name.
std::map<std::string, std::string> hashesFrom(const std::string& text)
{
    constexpr std::size_t digits = 64;
    std::map<std::string, std::string> hashes;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (line.size() > digits + 2)
            hashes[line.substr(digits + 2)] = line.substr(0, digits);
    return hashes;
}

std::vector<std::string> namesOf(const std::vector<ShippedFile>& files)
{
    std::vector<std::string> names;
    for (const auto& file : files)
        names.push_back(file.name);
    return names;
}

std::string withoutLineEnd(std::string text)
{
    while (!text.empty() && (text.back() == '\n' || text.back() == '/'))
        text.pop_back();
    return text;
}

} // namespace

RemoteRelease::RemoteRelease(SshSession& session, std::string folder) : m_session(session), m_folder(std::move(folder)) {}

// $1 is the folder; the script sees the other arguments as "$@".
std::string RemoteRelease::run(const std::string& script, std::vector<std::string> arguments, const JobContext& job)
{
    arguments.insert(arguments.begin(), m_folder);
    return runScript(m_session, "cd \"$1\" && shift && {\n" + script + "\n}", arguments, job);
}

void RemoteRelease::begin(const JobContext& job)
{
    run("mkdir \"$1\"", {partial}, job);
}

std::string RemoteRelease::current(const JobContext& job)
{
    const auto target = withoutLineEnd(run("if [ -d current/. ]; then readlink current; fi", {}, job));
    return target.substr(target.rfind('/') + 1);
}

std::set<std::string> RemoteRelease::takeOver(const std::vector<ShippedFile>& files, const JobContext& job)
{
    const auto there = hashesFrom(run("if cd current 2>/dev/null; then sha256sum -- \"$@\" 2>/dev/null; fi; true", namesOf(files), job));
    std::vector<std::string> same{partial};
    for (const auto& file : files)
        if (const auto found = there.find(file.name); found != there.end() && found->second == file.sha256)
            same.push_back(file.name);
    // A file system without hard links gets a copy: that is still not sent.
    if (same.size() > 1)
        run("to=$1; shift; for f in \"$@\"; do ln \"current/$f\" \"$to/$f\" 2>/dev/null || cp -p \"current/$f\" \"$to/$f\" "
            "|| exit 1; done",
            same, job);
    return {same.begin() + 1, same.end()};
}

void RemoteRelease::requireSpace(std::int64_t neededBytes, const JobContext& job)
{
    const auto free = m_session.freeBytes(m_folder, job);
    if (free >= 0 && free < neededBytes + spareBytes)
        throw Error(MessageCode::DeviceNoSpace, {{"host", m_session.host()},
                                                 {"path", m_folder},
                                                 {"neededBytes", std::to_string(neededBytes + spareBytes)},
                                                 {"freeBytes", std::to_string(free)}});
}

void RemoteRelease::verify(const std::vector<ShippedFile>& files, const JobContext& job)
{
    auto names = namesOf(files);
    names.insert(names.begin(), partial);
    const auto there = hashesFrom(run("cd \"$1\" && shift && { sha256sum -- \"$@\" || true; }", names, job));
    for (const auto& file : files) {
        const auto found = there.find(file.name);
        if (found == there.end() || found->second != file.sha256)
            throw Error(MessageCode::DeviceVerificationFailed, {{"host", m_session.host()}, {"file", file.name}});
    }
}

std::string RemoteRelease::activate(const std::string& wantedName, const JobContext& job)
{
    // The new release's own runner makes the link, since it is known to work by now.
    return withoutLineEnd(run("name=$2; n=2\n"
                              "while [ -e \"releases/$name\" ]; do name=$2-$n; n=$((n + 1)); done\n"
                              "sync \"$1\"/* 2>/dev/null || sync\n"
                              "mv \"$1\" \"releases/$name\" || exit 1\n"
                              "\"releases/$name/hone-runner\" switch current \"releases/$name\" "
                              "|| { rm -rf \"releases/$name\"; exit 1; }\n"
                              "echo \"$name\"",
                              {partial, wantedName}, job));
}

void RemoteRelease::removeOld(int count, const JobContext& job)
{
    try {
        run("keep=$(readlink current); left=$1\n"
            "for name in $(ls -1 releases | sort -r); do\n"
            "    left=$((left - 1))\n"
            "    if [ $left -lt 0 ] && [ \"releases/$name\" != \"$keep\" ]; then rm -rf \"releases/$name\"; fi\n"
            "done",
            {std::to_string(count)}, job);
    } catch (const Error&) { // the new release runs; what is left over goes next time
    }
}

} // namespace hone
