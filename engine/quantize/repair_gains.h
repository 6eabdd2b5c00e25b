// SPDX-License-Identifier: GPL-3.0-or-later
// What each repair is good for, measured on samples that none of them saw.
#pragma once

#include "core/file.h"
#include "core/job_context.h"
#include "data/dataset.h"
#include "evaluate/metric.h"
#include "graph/graph.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace hone
{

// The model with one repair more than in the stage before.
struct RepairStage
{
    std::string name;              // "rounded to nearest", then the repair
    std::optional<double> metric;  // the task's, where there are labels
    double snrDb = 0;              // of the output that agrees least with float's
    std::optional<double> sameTop1; // share of samples with float's answer; of outputs [N, C]
};

struct RepairGains
{
    Split split = Split::Validation;
    std::size_t samples = 0;
    std::optional<MetricKind> kind;    // of every metric here
    std::optional<double> floatMetric; // the float model's
    std::vector<RepairStage> stages;   // empty: nothing was measured
};

class RepairGauge
{
public:
    // On validation; where there is none on train, whose samples the repairs have seen in part, which the split then tells.
    RepairGauge(const Graph& floating, const Dataset& dataset, int threads);

    // Throws what evaluate() throws.
    void add(const std::string& stage, const Graph& quantized, const JobContext& job);
    RepairGains take() { return std::move(m_gains); }

private:
    std::optional<double> metricOf(const std::filesystem::path& model, const JobContext& job);

    const Dataset& m_dataset;
    int m_threads;
    TemporaryFolder m_scratch;
    RepairGains m_gains;
};

} // namespace hone
