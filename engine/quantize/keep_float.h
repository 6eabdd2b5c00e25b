// SPDX-License-Identifier: GPL-3.0-or-later
// Which other builds of the float model are to be had where a quantized file is no faster than it.
#pragma once

#include "core/job_context.h"
#include "quantize/explain.h"
#include "quantize/layer_pairs.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace hone
{

struct KeepFloatRequest
{
    const Graph& floating;
    const Graph& quantized;
    const std::vector<LayerPair>& pairs;
    const std::vector<ExplainedLayer>& layers; // of the pairs, with their times
    const std::vector<std::size_t>& elements;  // of the pairs' values, a sample
    const std::vector<Kernel>& floatKernels;
    const std::vector<Kernel>& quantizedKernels;
    const ExplainRequest& request;
};

// Two measurements of the same file differ by less, in turns: what takes at most so many times as long is as fast.
constexpr double asFastAs = 1.03;

// In milliseconds, all in the same turns.
struct MeasuredBuilds
{
    struct Mix
    {
        std::size_t floatLayers = 0;
        double latencyMs = 0;
    };
    double floating = 0;
    double quantized = 0;
    std::vector<Mix> mixes;
    std::optional<double> weightsOnly;
};

struct ChosenBuilds
{
    std::optional<std::size_t> mix; // by place
    bool weightsOnly = false;
};

// Two builds whose times are that far apart are worth telling apart.
constexpr double worthAChange = 1.05;

// Where the quantized file takes longer than the float model: of the mixes that don't the one with the fewest layers in float, else the
// fastest, if it beats the quantized file. Elsewhere: where a mix is faster than the quantized file by `worthAChange`, the one with the
// fewest layers in float of those that are as fast as the fastest. Weights alone, where they are as fast as the float model and neither the
// quantized file nor any mix is.
ChosenBuilds chooseBuilds(const MeasuredBuilds& measured);

struct ProposedBuilds
{
    std::optional<KeepFloatProposal> keepFloat;
    std::optional<WeightsOnlyProposal> weightsOnly;
    bool triedMixes = false;
};

// Mixes that the layers' times promise to be fast, those of the first layers alone, and weights alone in 8 bits are built and measured in
// turns with both files. Nothing is measured where there is no integer layer that could be float, for a file without ranges of its own
// (dynamic, weights alone), whose layers can't be chosen, and for one that another runtime is to run.
ProposedBuilds proposeBuilds(const KeepFloatRequest& request, const JobContext& job);

} // namespace hone
