// SPDX-License-Identifier: GPL-3.0-or-later
#include "arguments.h"
#include "failure.h"
#include "verbs.h"

#include <filesystem>
#include <system_error>

#include <unistd.h>

namespace hone::runner
{
namespace fs = std::filesystem;

// `ln -sf` removes the link before it makes the new one, and not every device's `mv` can rename over a link to a folder.
// rename(2) does it in one step: whoever looks finds the old target or the new one.
void switchLink(const Words& words)
{
    const auto arguments = Arguments::parse(words, {}, {});
    if (arguments.positional.size() != 2)
        throw Failure(Failure::Kind::Usage, "switch wants a link and its target.");
    const fs::path link = arguments.positional[0], target = arguments.positional[1];
    const fs::path fresh = link.string() + "." + std::to_string(::getpid());
    std::error_code error;
    fs::create_symlink(target, fresh, error);
    if (!error)
        fs::rename(fresh, link, error);
    if (error) {
        std::error_code ignored;
        fs::remove(fresh, ignored);
        throw Failure(Failure::Kind::System, link.string() + " can't be made to name " + target.string() + ": " + error.message());
    }
}

} // namespace hone::runner
