// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/comparison_view.h"
#include "cli/demo.h"
#include "cli/deploy_view.h"
#include "cli/exit_codes.h"
#include "cli/verbs.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hone::cli
{
namespace
{

class DemoVerb : public Verb
{
public:
    std::string name() const override { return "demo"; }
    std::string summary() const override { return "Runs the whole job on the embedded sample, up to a device"; }
    void declare(Command& command) override
    {
        command.option({"--dir", "DIR", "Where data, project and report go", "hone-demo"}, m_folder);
        command.remark("The device is an SSH server on a loopback port of this machine, stopped at the end. Run again in the same "
                       "folder, it does only what is not done yet.");
        command.example("hone demo --dir demo");
    }
    int run(Console& console) override
    {
        const auto folder = std::filesystem::absolute(m_folder).lexically_normal();
        const auto result = runDemo(folder, console);
        const auto& best = result.comparison.models.at(result.best);
        console.print("\n" + comparisonTable(result.comparison));
        console.print(fmt::format("\nDeployed {}. The device's answer:\n{}", best.name, deployText(result.deployed)));
        console.print(fmt::format("\nproject   {}\nreport    {}\n", result.project.string(), result.report.string()));
        auto json = toJson(result.comparison);
        json["best"] = best.file.string();
        json["project"] = result.project.string();
        json["report"] = result.report.string();
        json["deploy"] = toJson(result.deployed);
        console.print(json);
        return exitDone;
    }

private:
    std::string m_folder = "hone-demo";
};

} // namespace

std::unique_ptr<Verb> makeDemoVerb()
{
    return std::make_unique<DemoVerb>();
}

} // namespace hone::cli
