// SPDX-License-Identifier: GPL-3.0-or-later
// How long each node of a model takes in ONNX Runtime, by its own profile.
#pragma once

#include "core/job_context.h"

#include <string>
#include <string_view>
#include <vector>

namespace hone
{

// A node of the graph that ONNX Runtime runs after its own rewriting; the name is the one that it has there.
struct NodeTime
{
    std::string name;
    std::string opType;
    double microseconds = 0; // the mean of the middle half of all runs
};

// Of runs in turns, to compare models by: on a machine that others use, too, most runs may be interrupted, and the median then says
// who was. The fastest tenth was not.
struct TurnLatency
{
    double undisturbedMs = 0; // nearest-rank 10th percentile
    double p50Ms = 0;
};

struct ModelProfile
{
    std::vector<NodeTime> nodes; // in the order in which they run
    TurnLatency latency;         // of whole runs, measured without the profile
};

struct ProfileOptions
{
    int threads = 1;
    int warmUpRuns = 10;
    int runs = 100;
    double atMostSeconds = 4; // for all models together, measured and profiled; fewer runs where they are slow, never under 7
};

struct ModelToProfile
{
    std::string_view bytes; // of the ONNX file
    std::string name;       // for errors
};

// One sample each (latencyInputs), all optimizations on. The models take turns run by run, so that a busy machine slows all of them.
// Throws Error(RuntimeRefused) and what a stop throws.
std::vector<ModelProfile> profileInTurns(const std::vector<ModelToProfile>& models, const ProfileOptions& options, const JobContext& job);

// Whole runs alone, likewise in turns.
std::vector<TurnLatency> latenciesInTurns(const std::vector<ModelToProfile>& models, const ProfileOptions& options, const JobContext& job);

// From the JSON that ONNX Runtime writes: events of the category "Node" that time a kernel. The first `skippedRuns` of each node are left
// out; ONNX Runtime cuts each time to whole microseconds, so that half of one is added. Throws Error(RuntimeRefused) where the file is not
// such a profile.
std::vector<NodeTime> readProfile(const std::string& json, std::size_t skippedRuns);

} // namespace hone
