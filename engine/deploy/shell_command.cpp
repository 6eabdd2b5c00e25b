// SPDX-License-Identifier: GPL-3.0-or-later
#include "deploy/shell_command.h"

#include "core/error.h"
#include "core/shell.h"

namespace hone
{
namespace
{

constexpr std::size_t longestComplaint = 400;

std::string firstWords(const std::string& script)
{
    const auto begin = script.find_first_not_of(" \n");
    if (begin == script.npos)
        return {};
    return script.substr(begin, script.find('\n', begin) - begin);
}

} // namespace

std::string shellCommand(const std::string& script, const std::vector<std::string>& arguments)
{
    auto command = "/bin/sh -c " + shellQuoted(script) + " sh";
    for (const auto& argument : arguments)
        command += " " + shellQuoted(argument);
    return command;
}

std::string complaint(const CommandResult& result)
{
    auto text = result.errors.empty() ? result.output : result.errors;
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.pop_back();
    if (text.size() > longestComplaint)
        text.erase(0, text.size() - longestComplaint);
    return text.empty() ? "exit code " + std::to_string(result.exitCode) : text;
}

std::string runScript(SshSession& session, const std::string& script, const std::vector<std::string>& arguments, const JobContext& job)
{
    auto result = session.run(shellCommand(script, arguments), job);
    if (result.exitCode != 0)
        throw Error(MessageCode::DeviceCommandFailed,
                    {{"host", session.host()}, {"command", firstWords(script)}, {"detail", complaint(result)}});
    return std::move(result.output);
}

} // namespace hone
