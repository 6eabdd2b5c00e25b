// SPDX-License-Identifier: GPL-3.0-or-later
// Where files come from and may go to.
#pragma once

#include "data/dataset.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace hone::cli
{

// Refuses what can be known to fail before any work, a folder that is missing or in the file's place, and what may not be replaced: an
// input, a file in a folder of data that is one (but for models and reports), a project's file or builds. Empty inputs are none. Throws
// Error(BadOption).
void checkOutput(const std::string& option, const std::filesystem::path& output, const std::vector<std::filesystem::path>& inputs);

// Throws Error(DataRequired) where none was named and the step needs some, and what Dataset::open throws.
Dataset openRequiredData(const std::string& folder, const std::string& step);
std::optional<Dataset> openOptionalData(const std::string& folder);

std::filesystem::path programFolder();
// The embedded sample: beside the installed program (share/hone/sample), else in the source tree. Throws Error(FileNotFound).
std::filesystem::path sampleFolder();

} // namespace hone::cli
