// SPDX-License-Identifier: GPL-3.0-or-later
// Accuracy with its interval, speed and size of one ONNX file, measured in ONNX Runtime.
#pragma once

#include "core/error.h"
#include "core/job_context.h"
#include "core/json.h"
#include "data/dataset.h"
#include "graph/graph.h"
#include "runtime/latency.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace hone
{

struct EvaluateOptions
{
    Split split = Split::Validation;
    std::size_t limit = 0; // samples; 0: all
    int threads = 0;       // inference; 0: as many as there are cores
    bool latency = true;
    LatencyMeter* meter = nullptr; // none: LocalLatencyMeter with one thread
};

// What needs no data.
struct StaticFacts
{
    std::int64_t sizeBytes = 0; // of the file, external data included
    std::int64_t parameters = 0;
    std::int64_t macs = 0;
    std::int64_t peakActivationBytes = 0;
};

struct Accuracy
{
    Split split = Split::Validation;
    std::size_t samples = 0;
    double top1 = 0; // fractions
    double top1Low = 0;  // 95 % interval (Wilson 1927)
    double top1High = 0;
    double top5 = 0;
    double loss = 0; // mean cross-entropy
    double samplesPerSecond = 0; // loading included
    // By sample, in the order in which they were read; not in JSON.
    std::vector<std::size_t> indices; // into the split
    std::vector<int> predictions;     // the output index that came first
    std::vector<bool> correct;
};

struct Evaluation
{
    StaticFacts facts;
    std::optional<Accuracy> accuracy; // without data: none
    std::optional<Latency> latency;
    std::vector<Message> notices;
};

// Keys: split, samples, top1, top1Low, top1High, top5, loss, samplesPerSecond, latencyMs{p50, p95}, sizeBytes, parameters, macs,
// peakActivationBytes, notices[]{code, arguments{}}; those without a value are left out.
Json toJson(const Evaluation& evaluation);
Evaluation evaluationFromJson(const Json& json);

struct Interval
{
    double low = 0;
    double high = 0;
};
// Wilson's score interval for a proportion, z = 1.96 (Wilson 1927, equation in section "Probable inference").
Interval wilsonInterval(std::size_t successes, std::size_t trials);

StaticFacts staticFacts(const std::filesystem::path& model, const Graph& graph);
// Softmax is applied for the loss where the outputs aren't probabilities already.
// Throws what readOnnx, pairCompletely, Loader and Session throw.
Evaluation evaluate(const std::filesystem::path& model, const Dataset* dataset, const EvaluateOptions& options,
                    const JobContext& job);

} // namespace hone
