// SPDX-License-Identifier: GPL-3.0-or-later
// The same input through both engines, and backward through the one that trains.
#pragma once

#include "core/error.h"
#include "core/job_context.h"
#include "graph/graph.h"
#include "runtime/made_up_inputs.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace hone
{

// ONNX Runtime's answer, as the file says it. The first shapes that the model takes and that this machine has the memory for.
// Throws Error(RuntimeRefused, ModelTooLarge).
MadeUpRun runInOnnxRuntime(const std::filesystem::path& model, const Graph& graph, const JobContext& job);

struct Agreement
{
    double maxRelativeDifference = 0;
    std::string worstOutput;
};

// LibTorch's answer to the same input against ONNX Runtime's. Throws Error(OperatorsUnsupported) and what running throws.
Agreement compareEngines(const Graph& graph, const MadeUpRun& reference);

// Whether two runs differ anyway: random numbers, Dropout that trains.
bool drawsAtRandom(const Graph& graph);

// How far the two may be apart: 1e-4 in float32, more where halves or 8-bit steps round.
double allowedDifference(const Graph& graph);

struct Gradients
{
    bool any = false;                   // some parameter has one that isn't zero throughout
    std::vector<std::string> notFinite; // parameters
};

// Of the first output, each element weighted at random.
Gradients goBackward(const Graph& graph, const MadeUpRun& reference);

} // namespace hone
