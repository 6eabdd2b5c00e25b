// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/paths.h"

#include "core/error.h"

#include <algorithm>
#include <array>
#include <system_error>

namespace hone::cli
{
namespace fs = std::filesystem;
namespace
{

// Whether it is a project's file, also one that isn't there yet, or lies among a project's builds.
bool isOfProject(const fs::path& path)
{
    if (path.filename() == "project.json")
        return true;
    std::error_code ignored;
    for (auto folder = path.parent_path(); folder.has_relative_path(); folder = folder.parent_path())
        if ((folder.filename() == "builds" || folder.filename() == ".trash") && fs::exists(folder.parent_path() / "project.json", ignored))
            return true;
    return false;
}

bool isWithin(const fs::path& path, const fs::path& folder)
{
    const auto relative = path.lexically_relative(folder);
    return !relative.empty() && *relative.begin() != "..";
}

// Reports and models that an earlier run put among the data.
bool mayBeReplaced(const fs::path& fileAmongData)
{
    return fileAmongData.extension() == ".onnx" || fileAmongData.extension() == ".html";
}

} // namespace

void checkOutput(const std::string& option, const fs::path& output, const std::vector<fs::path>& inputs)
{
    std::error_code ignored;
    const auto refuse = [&](const std::string& expected) {
        throw Error(MessageCode::BadOption, {{"option", option}, {"value", output.string()}, {"expected", expected}});
    };
    const auto folder = output.has_parent_path() ? output.parent_path() : fs::path(".");
    if (output.empty() || fs::is_directory(output, ignored) || !output.has_filename())
        refuse("a file's name");
    if (!fs::is_directory(folder, ignored))
        refuse("a file in a folder that is there");
    for (const auto& input : inputs)
        if (!input.empty() && fs::equivalent(output, input, ignored))
            refuse("another file than the one that is read");
    // As it is called, in its real folder, and where a link leads.
    const auto absolute = fs::absolute(output).lexically_normal();
    const std::array places = {absolute, fs::weakly_canonical(absolute.parent_path(), ignored) / absolute.filename(),
                               fs::weakly_canonical(absolute, ignored)};
    if (std::ranges::any_of(places, isOfProject))
        refuse("a file that is no part of a project");
    if (!fs::exists(output, ignored) || mayBeReplaced(output))
        return;
    for (const auto& input : inputs) {
        if (input.empty() || !fs::is_directory(input, ignored))
            continue;
        const auto data = fs::canonical(input, ignored);
        if (std::ranges::any_of(places, [&](const fs::path& place) { return isWithin(place, data); }))
            refuse("a file that is no part of the data");
    }
}

Dataset openRequiredData(const std::string& folder, const std::string& step)
{
    if (folder.empty())
        throw Error(MessageCode::DataRequired, {{"step", step}});
    return Dataset::open(folder);
}

std::optional<Dataset> openOptionalData(const std::string& folder)
{
    if (folder.empty())
        return std::nullopt;
    return Dataset::open(folder);
}

fs::path programFolder()
{
    std::error_code ignored;
    return fs::read_symlink("/proc/self/exe", ignored).parent_path();
}

fs::path sampleFolder()
{
    std::error_code ignored;
    const auto installed = (programFolder() / ".." / "share" / "hone" / "sample").lexically_normal();
    for (const auto& folder : {installed, fs::path(HONE_SAMPLE_SOURCE)})
        if (fs::is_directory(folder, ignored))
            return folder;
    throw Error(MessageCode::FileNotFound, {{"path", installed.string()}});
}

} // namespace hone::cli
