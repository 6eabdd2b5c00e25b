// SPDX-License-Identifier: GPL-3.0-or-later
// Builds as models to compare: who was made from whom, by which step, and what that step had to say.
#pragma once

#include "evaluate/comparison.h"
#include "project/project_store.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace hone
{

using BuildName = std::function<std::string(const Build&)>;

// In the given order, parents before children; `name` gives what is shown.
std::vector<ModelToCompare> toCompare(const std::vector<Build>& builds, const BuildName& name);
// What was found of those of the models that are builds and were explained (explain_step.h), for htmlReport().
std::string explanationSections(const Comparison& comparison, const NoticeText& text);
// The build whose model this file is; none for a file that lies in no project, or whose build is damaged.
std::optional<Build> buildOf(const std::filesystem::path& model);

} // namespace hone
