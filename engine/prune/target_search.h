// SPDX-License-Identifier: GPL-3.0-or-later
// The ratio at which a pruned model meets a target.
#pragma once

#include "core/job_context.h"
#include "prune/selection.h"

namespace hone
{

// What a graph costs in a target's terms: MACs, parameters, bytes of its file, peak activation bytes at batch
// 1, or the p50 latency of that file in ms. `meter`: for latency; none: ONNX Runtime here, one thread. Throws
// what the meter throws.
double amountOf(const Graph& graph, TargetKind kind, LatencyMeter* meter, const JobContext& job);
// The same; a latency as often as it takes to know on which side of `bound` it is (settledLatency).
double settledAmountOf(const Graph& graph, TargetKind kind, double bound, LatencyMeter* meter, const JobContext& job);

struct TargetQuestion
{
    const Graph& graph;
    const DependencyGraph& dependencies;
    const PruneOptions& options;
    const PruneEvidence& evidence;
    PruneTarget target;
};

// What was asked for and what came of it.
struct TargetRecord
{
    TargetKind kind = TargetKind::Macs;
    double before = 0;
    double wanted = 0;
    double after = 0;
};

struct TargetAnswer
{
    KeptChannels kept;
    double ratio = 0; // that gives them, or the last that doesn't give fewer
    TargetRecord record;
};

// The most channels that meet the target: the ratio is bisected, each trial is real surgery; then of the
// channels that leave at the ratio found but not just below it, as many stay as the target allows, the most
// important groups' first. Of a peak of memory all groups away from it get back what they lost. Everything stays where the model meets the
// target already. The trials of a latency are measured, so that their order has their noise: they aim 3 % lower, and more channels leave
// until most of five measurements are so low. Throws Error(TargetUnreachable) with the least that can be reached and what stands in the
// way.
TargetAnswer reachTarget(const TargetQuestion& question, const Selection& selection, const JobContext& job);
// Throws what reachTarget() would where no selection meets the target.
void requireReachable(const TargetQuestion& question, const Selection& selection, const JobContext& job);

} // namespace hone
