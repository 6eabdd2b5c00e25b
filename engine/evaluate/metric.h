// SPDX-License-Identifier: GPL-3.0-or-later
// The one figure that a task's models are ranked by, and the only place that knows which of two is better.
#pragma once

#include "core/json.h"
#include "data/task.h"

#include <optional>
#include <string>
#include <string_view>

namespace hone
{

enum class MetricKind
{
    Top1,                // share of samples whose class comes first
    MeanAbsoluteError,   // over samples and targets
    AreaUnderCurve,      // of the ROC curve: a random anomaly's score above a random normal sample's
    ReconstructionError, // mean squared, where there are no anomalies to tell apart
    Cosine               // between a model's outputs and its reference's, mean over samples, of the output that differs most
};

std::string_view name(MetricKind kind);  // in JSON: "top1", "mae", "auc", "mse", "cosine"
std::string_view label(MetricKind kind); // in English prose and tables: "top-1", "MAE", "AUC", "reconstruction error", "cosine"
std::optional<MetricKind> metricKindFromName(std::string_view name);
bool higherIsBetter(MetricKind kind);

// As people read it: a share in percent, all others as they are.
std::string_view unit(MetricKind kind); // "%" or nothing
double inUnit(MetricKind kind, double value);
// That a figure in its unit is shown with: 1 for shares, 3 for an AUC, 5 for a cosine, three significant ones for errors.
int decimals(MetricKind kind, double value);
std::string numberText(MetricKind kind, double value); // "91.4", "0.953", "0.0421"; without the unit
// Ends that no value of its kind goes beyond, in its unit.
double lowest(MetricKind kind);
std::optional<double> highest(MetricKind kind);

struct TaskMetric
{
    MetricKind kind = MetricKind::Top1;
    double value = 0;
    double low = 0; // 95 % interval
    double high = 0;

    double halfWidth() const { return (high - low) / 2; }
};

// Whether a is better than b; a value that is no number is the worst. Of different kinds none is better.
bool isBetter(const TaskMetric& a, const TaskMetric& b);
// Whether `metric` is at most `tolerance` worse than `best`: so much of an absolute difference for a figure that ends at 1, five times
// so large a share of the best for an error (0.01: one point, 5 %).
bool isWithin(const TaskMetric& metric, const TaskMetric& best, double tolerance);

// Half of the interval's width, in the unit, with as many decimals as the value.
std::string halfWidthText(const TaskMetric& metric);

// Keys: name, value, low, high, higherIsBetter.
Json toJson(const TaskMetric& metric);
// None where the name isn't known. Throws what the JSON library throws.
std::optional<TaskMetric> metricFromJson(const Json& json);

} // namespace hone
