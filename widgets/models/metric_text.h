// SPDX-License-Identifier: GPL-3.0-or-later
// A task's metric as people read it, in their language.
#pragma once

#include "evaluate/evaluation.h"

#include <QString>

#include <vector>

namespace hone::studio
{

struct MetricWords
{
    QString title;   // begins a line: "Accuracy", "MAE"
    QString axis;    // "accuracy, %", "mean absolute error (lower is better)"
    QString column;  // a table's head: "Accuracy, %", "MAE"
    QString meaning; // one line on how it is counted
};
MetricWords metricWords(MetricKind kind);

// In the metric's unit, without it: 91.4, 0.953, 0.0421.
QString metricNumber(MetricKind kind, double value);
QString metricText(const TaskMetric& metric);         // "91.4 %", "0.0421"
QString metricWithInterval(const TaskMetric& metric); // "91.4 ± 0.6 %", "0.0421 ± 0.0030"
QString metricInterval(const TaskMetric& metric);     // "± 0.6"
// In points for a share ("−0.3"), relative for an error ("+4 %"), a difference for the others.
QString metricChange(const TaskMetric& before, const TaskMetric& after);

// Every figure of an evaluation's task with its title, the metric first; none where nothing was measured.
struct MetricFact
{
    QString title;
    QString value;
};
std::vector<MetricFact> metricFacts(const Evaluation& evaluation);

} // namespace hone::studio
