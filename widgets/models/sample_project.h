// SPDX-License-Identifier: GPL-3.0-or-later
// The embedded sample as a project: pictures drawn, the pretrained model imported.
#pragma once

#include "core/job_context.h"

#include <filesystem>

namespace hone::studio
{

// share/hone/sample beside the program, else the source tree's. Empty where there is none.
std::filesystem::path sampleFolder();

// Below `folder`: data/ and project/. What is there already stays. Returns the project's folder. Not for the window's thread.
std::filesystem::path makeSampleProject(const std::filesystem::path& folder, const JobContext& job);

} // namespace hone::studio
