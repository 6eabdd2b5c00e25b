// SPDX-License-Identifier: GPL-3.0-or-later
// Why a quantized build answers otherwise, or is no faster, than the float one behind it: a step that makes no build.
#pragma once

#include "quantize/explain.h"

#include <cstddef>
#include <filesystem>
#include <optional>

namespace hone
{

class ProjectStore;
struct Build;

struct ExplainParameters
{
    std::size_t samples = 64; // of the validation split, of train where there is none
    int runs = 300;           // of each model
    int threads = 0;          // of comparing values
};

// Of two files, with the options that the quantized one says it was made with. Throws what explain() throws.
Explanation explainFiles(const std::filesystem::path& quantized, const std::filesystem::path& floating, const Dataset& dataset,
                         const ExplainParameters& parameters, const JobContext& job);

// Of a build against `floating`; an empty one: against the nearest build behind it that isn't quantized. The findings are kept as
// explanation.json with the build. Throws what explain() throws, and Error(BuildUnknown, NotQuantized).
Explanation explainBuild(const ProjectStore& project, const Build& build, const std::filesystem::path& floating, const Dataset& dataset,
                         const ExplainParameters& parameters, const JobContext& job);

// Those of the build whose model this file is; none where none are kept, or they can't be read.
std::optional<Explanation> keptExplanation(const std::filesystem::path& model);

} // namespace hone
