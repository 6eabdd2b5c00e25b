// SPDX-License-Identifier: GPL-3.0-or-later
// Builds on a terminal and as JSON.
#pragma once

#include "core/json.h"
#include "project/project_store.h"

#include <string>
#include <vector>

namespace hone::cli
{

// "prune-1f3a9c20: pruned 30 %, 91.20 % ±1.60 on validation, 130 kB"
std::string buildLine(const Build& build);
// The tree, a line a build: what `project log` prints. Parents before children.
std::string buildTree(const std::vector<Build>& builds);
// Everything that is kept of one.
std::string buildText(const Build& build, const ProjectStore& project);
// Keys: id, parent, label, step, parameters{}, model, sha256, seconds, versions{}, evaluation{} (the evaluate keys, on validation),
// epochs[], commandLine.
Json buildJson(const Build& build, const ProjectStore& project);
Json buildsJson(const std::vector<Build>& builds, const ProjectStore& project);

} // namespace hone::cli
