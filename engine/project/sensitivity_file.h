// SPDX-License-Identifier: GPL-3.0-or-later
// Curves of sensitivity on disk, and what pruning by them needs.
#pragma once

#include "core/json.h"
#include "project/step.h"
#include "prune/sensitivity.h"

#include <filesystem>
#include <string>

namespace hone
{

// Keys: schema, model, data, split, samples, seed, importance, compensated, metric, higherIsBetter, value,
// macs, groups[]{name, layers[], channels, points[]{ratio, channels, macs, value}}.
Json toJson(const Sensitivity& sensitivity);
// Atomically. Throws Error(FileUnwritable, DiskFull).
void writeSensitivity(const Sensitivity& sensitivity, const std::filesystem::path& file);
// Throws Error(FileNotFound, FileUnreadable, SensitivityInvalid).
Sensitivity readSensitivity(const std::filesystem::path& file);
// Of the model in that file. Throws also Error(SensitivityForeign).
Sensitivity readSensitivityOf(const std::filesystem::path& file, const std::filesystem::path& model);

// What a prune step of scope Sensitivity has measured (its parameters decided()), and whether curves are
// that, so that a step gives the same whatever lies beside its model. Unreadable samples make other curves.
SensitivityOptions sensitivityOptionsOf(const PruneParameters& parameters);
bool wouldBeMeasuredAgain(const Sensitivity& curves, const Dataset& dataset, const SensitivityOptions& options);

// Where the curves of a model in a project are kept: beside it in its build's folder.
std::filesystem::path sensitivityBeside(const std::filesystem::path& model);

// Of a model's file, tidied as a prune step tidies it, so that the groups have the same names. Throws what
// measureSensitivity() and readOnnx() throw, and Error(AlreadyQuantized).
Sensitivity measureSensitivity(const std::filesystem::path& model, const Dataset& dataset, const SensitivityOptions& options,
                               const JobContext& job);

// Of a model in a project: what is kept beside it where it would be measured again, else measured and kept.
Sensitivity keptSensitivity(const std::filesystem::path& model, const Dataset& dataset, const SensitivityOptions& options,
                            const JobContext& job);

struct SensitivityScopeInput
{
    const Graph& graph; // that is pruned
    const PruneParameters& parameters;
    const Dataset* dataset = nullptr;
    std::filesystem::path model;
    std::filesystem::path kept; // where curves may be already, and where they go that are measured here; empty: nowhere
};

// Ratios by group for a prune step of scope Sensitivity: by parameters.sensitivity, else by the curves that
// are kept if they are what would be measured, else by curves measured now.
GroupRatios sensitivityRatiosFor(const SensitivityScopeInput& input, const JobContext& job);

} // namespace hone
