// SPDX-License-Identifier: GPL-3.0-or-later
// A build's folder: build.json, report.json, curves.jsonl beside model.onnx.
#pragma once

#include "project/project_store.h"

#include <filesystem>
#include <string>

namespace hone
{

enum class ModelCheck
{
    Size, // quick: for lists
    Hash  // before the model is used
};

// The name of the folder is the build's id. Throws Error(BuildDamaged).
Build readBuild(const std::filesystem::path& folder, ModelCheck check);
// Everything but the model.
void writeBuild(const Build& build, const std::filesystem::path& folder);
void writeReport(const Build& build, const std::filesystem::path& folder);

// `input` is the hash of what the step takes: its parent's model, or the imported file; empty for "new".
std::string buildId(const std::string& parent, const StepParameters& parameters, const std::string& input,
                    const std::string& dataFingerprint);
// Whether a build may have it, as buildId() makes them.
bool looksLikeBuildId(const std::string& text);
// "pruned 30 %", "int8 for TensorRT, 4-bit weights", "dynamic int8", "fp16", "int8, trained 3 epochs".
std::string labelOf(const StepParameters& parameters);
// What the result depends on besides input, parameters and seed.
std::map<std::string, std::string> versionsFor(const StepParameters& parameters);

} // namespace hone
