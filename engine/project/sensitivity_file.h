// SPDX-License-Identifier: GPL-3.0-or-later
// Curves of sensitivity on disk, and what pruning by them needs.
#pragma once

#include "core/json.h"
#include "project/step.h"
#include "prune/sensitivity.h"

#include <filesystem>
#include <optional>
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
// that, so that a step gives the same whatever lies beside its model. Unreadable samples make other curves. Options of importance Auto are
// those of a prune step without options (decidedFor()).
SensitivityOptions sensitivityOptionsOf(const PruneParameters& parameters);
SensitivityOptions decidedFor(SensitivityOptions options, const Dataset& dataset);
bool wouldBeMeasuredAgain(const Sensitivity& curves, const Dataset& dataset, const SensitivityOptions& options);
// The same of data that are known by their fingerprint and the size of the split.
struct DataFacts
{
    std::string fingerprint;
    std::size_t size = 0;
    bool operator==(const DataFacts&) const = default;
};
DataFacts factsOf(const Dataset& dataset, Split split);
bool wouldBeMeasuredAgain(const Sensitivity& curves, const DataFacts& data, const SensitivityOptions& options);

// Where the curves of a build's model are kept: the folder "sensitivity" beside it. Empty where the model is no build's.
std::filesystem::path sensitivityFolderOf(const std::filesystem::path& model);
// The file of such a folder for what these options measure on these data. Its name says what tells curves apart, so that none take
// another's place: a build that was made by them can be made again.
std::filesystem::path sensitivityFileIn(const std::filesystem::path& folder, const Dataset& dataset, const SensitivityOptions& options);
// The curves of a build's model that were measured or used last; none where there are none that can be read.
std::optional<Sensitivity> latestSensitivityOf(const std::filesystem::path& model);

// Of a model's file, tidied as a prune step tidies it, so that the groups have the same names. Throws what
// measureSensitivity() and readOnnx() throw, and Error(AlreadyQuantized).
Sensitivity measureSensitivity(const std::filesystem::path& model, const Dataset& dataset, const SensitivityOptions& options,
                               const JobContext& job);

struct KeptSensitivity
{
    Sensitivity curves;
    std::filesystem::path file;  // empty: they are kept nowhere
    bool isMeasuredAnew = false; // not found there
};

// What is in that folder where it would be measured again, else measured and kept there as far as it can be written; an empty folder:
// measured.
KeptSensitivity keptSensitivity(const std::filesystem::path& model, const std::filesystem::path& folder, const Dataset& dataset,
                                const SensitivityOptions& options, const JobContext& job);

struct SensitivityScopeInput
{
    const Graph& graph; // that is pruned
    const PruneParameters& parameters;
    const Dataset* dataset = nullptr;
    std::filesystem::path model;
    std::filesystem::path folder; // where curves may be already, and where they go that are measured here; empty: nowhere
};

struct SensitivityScope
{
    GroupRatios ratios;
    std::vector<Message> notices; // CurvesMeasuredOtherwise
};

// Ratios by group for a prune step of scope Sensitivity: by parameters.sensitivity, else by the curves that
// are kept if they are what would be measured, else by curves measured now.
SensitivityScope sensitivityRatiosFor(const SensitivityScopeInput& input, const JobContext& job);

} // namespace hone
