// SPDX-License-Identifier: GPL-3.0-or-later
// Files that a build was made from, where they lie now.
#pragma once

#include "project/project_store.h"

#include <string>

namespace hone
{

// The build of this project whose model the step's teacher is, by its id or its file, also where the project lay elsewhere then. Empty
// where there is no teacher, or one that is no build here.
std::string teacherBuildOf(const StepParameters& parameters, const ProjectStore& project);

// A build's parameters with curves and a teacher that the project keeps as files that are there.
StepParameters withPresentFiles(const Build& build, const ProjectStore& project);

} // namespace hone
