// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/paths.h"

#include "core/error.h"

#include <system_error>

namespace hone::cli
{
namespace fs = std::filesystem;

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
        if (!input.empty() && (fs::equivalent(output, input, ignored) || fs::equivalent(output, input / "dataset.yaml", ignored)))
            refuse("another file than the one that is read");
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
