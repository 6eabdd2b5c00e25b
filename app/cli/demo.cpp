// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/demo.h"

#include "cli/build_view.h"
#include "cli/comparison_view.h"
#include "cli/paths.h"
#include "core/file.h"
#include "data/road_signs.h"
#include "deploy/local_ssh_server.h"
#include "project/build_comparison.h"
#include "project/recipe.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

namespace hone::cli
{
namespace fs = std::filesystem;
namespace
{

void makeFolder(const fs::path& folder)
{
    std::error_code error;
    fs::create_directories(folder, error);
    if (error)
        throw Error(MessageCode::FileUnwritable, {{"path", folder.string()}, {"reason", error.message()}});
}

ProjectStore openProject(const fs::path& folder, const std::string& name, const fs::path& data)
{
    auto project = fs::exists(folder / "project.json") ? ProjectStore::open(folder) : ProjectStore::create(folder, name);
    if (!project.dataset())
        project.setDataset(data);
    return project;
}

// A build's label, and where several have the same one, of which build it was made.
std::string nameOf(const Build& build, const std::vector<Build>& builds)
{
    const auto sameLabel = [&](const Build& other) { return other.label == build.label; };
    if (std::ranges::count_if(builds, sameLabel) == 1)
        return build.label;
    const auto parent = std::ranges::find(builds, build.parent, &Build::id);
    return build.label + " of " + (parent == builds.end() ? build.id : parent->label);
}

// The device lives as long as this call.
DeployResult deployLocally(const fs::path& model, const Dataset& dataset, const JobContext& job)
{
    const TemporaryFolder folder;
    const LocalSshServer device(folder.path());
    DeployOptions options;
    options.ssh.address = DeviceAddress::parse(device.address());
    options.ssh.identity = device.identity();
    options.ssh.knownHosts = device.knownHosts();
    options.dataset = &dataset;
    return deploy(model, options, job);
}

} // namespace

DemoResult runDemo(const fs::path& folder, Console& console)
{
    const auto recipe = readRecipe(sampleFolder() / "demo.yaml");
    makeFolder(folder);
    const auto data = folder / "data";
    if (!fs::exists(data)) {
        console.say("Drawing the sample: 9,000 road signs as a new camera sees them.");
        drawRoadSigns(data, {}, console.job());
    }
    const auto dataset = Dataset::open(data);

    DemoResult result;
    result.project = folder / "project";
    auto project = openProject(result.project, recipe.name, data);
    console.say("Fine-tuning, pruning and quantizing.");
    runRecipe(recipe, project, console.job(), {.build = [&](const Build& build) { console.say(buildLine(build)); }});

    console.say("Comparing all builds.");
    const auto builds = project.builds();
    result.comparison = compare(toCompare(builds, [&](const Build& build) { return nameOf(build, builds); }), &dataset, {}, console.job());
    printNotices(result.comparison, console);
    result.best = result.comparison.best();
    result.report = folder / "report.html";
    writeHtmlReport(result.comparison, result.report);

    const auto& best = result.comparison.models.at(result.best);
    console.say(fmt::format("Deploying {} to an SSH server on this machine.", best.name));
    result.deployed = deployLocally(best.file, dataset, console.job());
    return result;
}

} // namespace hone::cli
