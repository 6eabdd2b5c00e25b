// SPDX-License-Identifier: GPL-3.0-or-later
// How well one ONNX file does its task, with an interval, its speed and its size, measured in ONNX Runtime.
#pragma once

#include "core/error.h"
#include "core/job_context.h"
#include "core/json.h"
#include "data/dataset.h"
#include "evaluate/interval.h"
#include "evaluate/metric.h"
#include "graph/graph.h"
#include "runtime/latency.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace hone
{

struct EvaluateOptions
{
    Split split = Split::Validation;
    std::size_t limit = 0; // samples; 0: all
    int threads = 0;       // inference; 0: as many as there are cores
    bool latency = true;
    LatencyMeter* meter = nullptr;   // none: LocalLatencyMeter with one thread
    std::filesystem::path reference; // given: agreement with this model is measured, and labels aren't looked at
};

// What needs no data.
struct StaticFacts
{
    std::int64_t sizeBytes = 0; // of the file, external data included
    std::int64_t parameters = 0;
    std::int64_t macs = 0;
    std::int64_t peakActivationBytes = 0;
    // Of the same bytes after deflate (evaluate/deflated_size.h; of a huge file an estimate); none where nobody compressed it.
    std::optional<std::int64_t> compressedBytes = {};
};

struct Accuracy
{
    Split split = Split::Validation;
    std::size_t samples = 0;
    double top1 = 0;    // fractions
    double top1Low = 0; // 95 % interval (Wilson 1927)
    double top1High = 0;
    double top5 = 0;
    double loss = 0;             // mean cross-entropy
    double samplesPerSecond = 0; // loading included
    // By sample, in the order in which they were read; not in JSON.
    std::vector<std::size_t> indices; // into the split
    std::vector<int> predictions;     // the output index that came first
    std::vector<bool> correct;
};

struct RegressionErrors
{
    Split split = Split::Validation;
    std::size_t samples = 0;
    double mae = 0;    // mean of |output - target|, over samples and targets
    double maeLow = 0; // 95 % interval over samples
    double maeHigh = 0;
    double rmse = 0; // root of the mean of (output - target)^2
    double samplesPerSecond = 0;
};

// A sample's score is the mean of (output - input)^2.
struct AnomalyDetection
{
    Split split = Split::Validation;
    std::size_t normals = 0;
    std::size_t anomalies = 0;
    // Share of pairs of an anomaly and a normal sample in which the anomaly's score is higher, equal ones half (Mann and Whitney 1947);
    // none where a split lacks either.
    std::optional<double> auc;
    double aucLow = 0; // 95 % interval (Hanley and McNeil 1982)
    double aucHigh = 0;
    double normalError = 0; // mean score
    double normalErrorLow = 0;
    double normalErrorHigh = 0;
    double anomalyError = 0;
    double samplesPerSecond = 0;
};

// Of one output a, against the reference's b.
struct OutputAgreement
{
    std::string name;
    double cosine = 0;    // a.b / (|a| |b|) of each sample, their mean
    double cosineLow = 0; // 95 % interval over samples
    double cosineHigh = 0;
    double snrDb = 0;               // 10 log10(sum b^2 / sum (a - b)^2) over all samples, within +-largestSnrDb
    std::optional<double> sameTop1; // share of samples whose largest value is at the same place; of outputs [N, C] only
};
constexpr double largestSnrDb = 200; // for outputs that are the same

struct Agreement
{
    std::filesystem::path reference;
    std::optional<Split> split; // none: inputs were made up
    std::size_t samples = 0;
    std::vector<OutputAgreement> outputs; // in the model's order
    double samplesPerSecond = 0;

    // Of the output that agrees least.
    const OutputAgreement& least() const;
};

struct Evaluation
{
    StaticFacts facts;
    // At most one of the four, by task; without data and reference: none.
    std::optional<Accuracy> accuracy;
    std::optional<RegressionErrors> regression;
    std::optional<AnomalyDetection> anomaly;
    std::optional<Agreement> agreement;
    std::optional<Latency> latency;
    std::vector<Message> notices;
};

// What was measured; none: nothing was.
std::optional<Task> taskOf(const Evaluation& evaluation);
// The figure to rank by, and the samples that it was counted on.
std::optional<TaskMetric> metricOf(const Evaluation& evaluation);
std::size_t samplesOf(const Evaluation& evaluation);

// Keys: sizeBytes, compressedBytes, parameters, macs, peakActivationBytes, latencyMs{p50, p95}, notices[]{code, arguments{}}, and where
// something was measured task, metric{name, value, low, high, higherIsBetter}, samples, samplesPerSecond, split and
//   classification: top1, top1Low, top1High, top5, loss
//   regression: mae, maeLow, maeHigh, rmse
//   anomaly: normals, anomalies, auc, aucLow, aucHigh, normalError, normalErrorLow, normalErrorHigh, anomalyError
//   agreement: reference, cosine, snrDb, sameTop1 (of the output that agrees least), outputs[]{name, cosine, cosineLow, cosineHigh, snrDb,
//   sameTop1}
// Those without a value are left out.
Json toJson(const Evaluation& evaluation);
Evaluation evaluationFromJson(const Json& json);

// All but compressedBytes, which takes time.
StaticFacts staticFacts(const std::filesystem::path& model, const Graph& graph);
// Whether compressing makes the file smaller by more than the few percent that trained weights allow.
bool compressesWell(const StaticFacts& facts);
// By the data's task, or against options.reference: then without data on made-up inputs, which a notice says.
// Softmax is applied for the loss where the outputs aren't probabilities already.
// Throws what readOnnx, pairCompletely, Loader and Session throw, and Error(LabelsMissing, ReferenceUnlike).
Evaluation evaluate(const std::filesystem::path& model, const Dataset* dataset, const EvaluateOptions& options, const JobContext& job);

} // namespace hone
