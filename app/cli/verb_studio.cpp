// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/exit_codes.h"
#include "cli/paths.h"
#include "cli/verbs.h"

#include <unistd.h>

namespace hone::cli
{
namespace
{

class StudioVerb : public Verb
{
public:
    std::string name() const override { return "studio"; }
    std::string summary() const override { return "Opens the studio"; }
    std::vector<Command> reporting(const Command&) const override { return {}; }
    void declare(Command& command) override
    {
        command.optionalPositional("PROJECT", m_project, "A project's folder");
        command.example("hone studio my-project");
    }
    int run(Console&) override
    {
        const auto program = programFolder() / "hone-studio";
        if (!m_project.empty() && !std::filesystem::exists(std::filesystem::path(m_project) / "project.json"))
            throw Error(MessageCode::ProjectNotFound, {{"path", m_project}});
        // This process becomes the studio.
        ::execl(program.c_str(), program.c_str(), m_project.empty() ? nullptr : m_project.c_str(), nullptr);
        throw Error(MessageCode::StudioMissing, {{"path", program.string()}});
    }

private:
    std::string m_project;
};

} // namespace

std::unique_ptr<Verb> makeStudioVerb()
{
    return std::make_unique<StudioVerb>();
}

} // namespace hone::cli
