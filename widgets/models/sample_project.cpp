// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/sample_project.h"

#include "data/road_signs.h"
#include "project/recipe.h"

#include <system_error>

namespace hone::studio
{

namespace fs = std::filesystem;

fs::path sampleFolder()
{
    std::error_code ignored;
    const fs::path program = fs::read_symlink("/proc/self/exe", ignored).parent_path();
    for (const fs::path& folder : {(program / ".." / "share" / "hone" / "sample").lexically_normal(), fs::path(HONE_SAMPLE_SOURCE)})
        if (fs::exists(folder / "demo.yaml", ignored))
            return folder;
    return {};
}

fs::path makeSampleProject(const fs::path& folder, const JobContext& job)
{
    const fs::path sample = sampleFolder();
    if (sample.empty())
        throw Error(MessageCode::FileNotFound, {{"path", (fs::path(HONE_SAMPLE_SOURCE) / "demo.yaml").string()}});
    const Recipe recipe = readRecipe(sample / "demo.yaml");
    std::error_code error;
    fs::create_directories(folder, error);
    if (error)
        throw Error(MessageCode::FileUnwritable, {{"path", folder.string()}, {"reason", error.message()}});
    const fs::path data = folder / "data";
    if (!fs::exists(data))
        drawRoadSigns(data, {}, job.part(0, 0.9));
    const fs::path project = folder / "project";
    ProjectStore store = fs::exists(project / "project.json") ? ProjectStore::open(project) : ProjectStore::create(project, recipe.name);
    if (!store.dataset())
        store.setDataset(data);
    // Only the model itself; the user makes the rest.
    if (store.builds().empty() && !recipe.steps.empty()) {
        const Dataset dataset = Dataset::open(data);
        store.run({}, recipe.steps.front().parameters, &dataset, job.part(0.9, 1));
    }
    return project;
}

} // namespace hone::studio
