// SPDX-License-Identifier: GPL-3.0-or-later
// A comparison on a terminal and as a file.
#pragma once

#include "cli/console.h"
#include "evaluate/comparison.h"

#include <filesystem>
#include <string>

namespace hone::cli
{

std::string comparisonTable(const Comparison& comparison);
// Atomically.
void writeHtmlReport(const Comparison& comparison, const std::filesystem::path& file);
// Each model's notices, once.
void printNotices(const Comparison& comparison, Console& console);

} // namespace hone::cli
