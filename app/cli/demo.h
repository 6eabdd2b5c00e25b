// SPDX-License-Identifier: GPL-3.0-or-later
// The main job on the embedded sample, from a pretrained model to a device.
#pragma once

#include "cli/console.h"
#include "deploy/deployer.h"
#include "evaluate/comparison.h"

#include <filesystem>

namespace hone::cli
{

struct DemoResult
{
    std::filesystem::path project;
    std::filesystem::path report;
    Comparison comparison;
    std::size_t best = 0; // index into the comparison's models
    DeployResult deployed;
};

// Below `folder`: data/, project/, report.html. What is there already is not made again.
DemoResult runDemo(const std::filesystem::path& folder, Console& console);

} // namespace hone::cli
