// SPDX-License-Identifier: GPL-3.0-or-later
// What pruning one dependency group alone costs, at several ratios (Li et al. 2017, "Pruning Filters for
// Efficient ConvNets", section 3.2).
#pragma once

#include "core/job_context.h"
#include "data/dataset.h"
#include "evaluate/metric.h"
#include "prune/pruner.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hone
{

struct SensitivityOptions
{
    std::vector<double> ratios = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9}; // above 0 and below 1, in any order
    Split split = Split::Validation;
    std::size_t samples = 1000; // of the split; 0: all
    ImportanceKind importance =
        ImportanceKind::Auto; // what tells which channels of a group leave; Auto: L1 (project/sensitivity_file.h decides by the data)
    AttentionChannels attention = AttentionChannels::Size;
    bool compensate = false; // each time, which takes far longer (prune/compensation.h)
    std::uint64_t seed = 0;  // of random importance, and of compensation's and reconstruction's choice of positions
    int threads = 0;
};

// The model with one group pruned, everything else whole.
struct SensitivityPoint
{
    double ratio = 0;          // asked for
    std::int64_t channels = 0; // that stay, of the file
    std::int64_t macs = 0;     // of the model then
    double value = 0;          // of the metric
    bool operator==(const SensitivityPoint&) const = default;
};

struct SensitivityGroup
{
    std::string name;
    std::vector<std::string> layers;
    std::int64_t channels = 0;            // of the file, before
    std::vector<SensitivityPoint> points; // by ratio, rising
    bool operator==(const SensitivityGroup&) const = default;
};

struct Sensitivity
{
    std::string model; // SHA-256 of its file
    std::string data;  // the dataset's fingerprint
    Split split = Split::Validation;
    std::size_t samples = 0; // measured on
    std::uint64_t seed = 0;
    ImportanceKind importance = ImportanceKind::L1;
    AttentionChannels attention = AttentionChannels::Size;
    bool compensated = false;
    MetricKind metric = MetricKind::Top1;
    double value = 0; // of the whole model
    std::int64_t macs = 0;
    std::vector<SensitivityGroup> groups; // in findDependencies()'s order
    bool operator==(const Sensitivity&) const = default;
};

struct SensitivitySubject
{
    const Graph& graph;
    std::string sha256; // of the model's file
    const Dataset& dataset;
};

// By the task's own metric; without labels the cosine between the outputs and the whole model's. What comes
// before the first changed layer is computed once for all ratios of a group, so that a group costs as many
// passes behind it as there are ratios. Throws Error(RatioOutOfRange, NothingToPrune, SplitMissing,
// DataEmpty) and what pairing, loading, ONNX Runtime and importances throw.
Sensitivity measureSensitivity(const SensitivitySubject& subject, const SensitivityOptions& options, const JobContext& job);

// What a point loses against the whole model, in the metric's own direction; below 0 where it gains.
double lossOf(const Sensitivity& sensitivity, const SensitivityPoint& point);

} // namespace hone
