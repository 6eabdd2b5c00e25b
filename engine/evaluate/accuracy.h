// SPDX-License-Identifier: GPL-3.0-or-later
// What a model answers on the samples of a split, in ONNX Runtime.
#pragma once

#include "data/loader.h"
#include "evaluate/evaluation.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace hone
{

// What one row of a model's output [outputs] says of a sample.
struct RowScore
{
    int prediction = 0;    // the first of the largest
    int rank = 0;          // of the label: how many outputs come before it (larger, or as large with a lower index)
    double logitLoss = 0;  // -log softmax(row)[label]
    double probabilityLoss = 0; // -log row[label], never above 100
    bool isProbability = false; // none below 0, and a sum within 0.01 of 1
};
// label: index into row. A NaN comes last.
RowScore scoreRow(std::span<const float> row, std::int64_t label);

// Whether the first output is a Softmax's, seen through operators that only move or requantize values.
bool endsInSoftmax(const Graph& graph);

// Samples a batch: the model's own number where its input fixes it.
int batchOf(const Graph& graph);

struct AccuracyRequest
{
    const std::filesystem::path& model;
    const Graph& graph;
    const Dataset& dataset;
    const EvaluateOptions& options;
};

struct AccuracyResult
{
    Accuracy accuracy;
    std::vector<Message> notices;
};

// `options.threads` threads take a batch each through one session while the loader's threads decode the next ones. The
// figures don't depend on the thread count. Throws as evaluate() does.
AccuracyResult measureAccuracy(const AccuracyRequest& request, const JobContext& job);

} // namespace hone
