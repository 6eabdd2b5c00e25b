// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "quantize/explain.h"

#include <filesystem>
#include <string>

namespace hone::cli
{

// Short tables, the worst layers first, and what to change.
std::string explanationText(const Explanation& explanation);
// The same and all layers as a page; replaces `file`. Throws Error(FileUnwritable, DiskFull).
void writePage(const Explanation& explanation, const std::filesystem::path& file);

} // namespace hone::cli
