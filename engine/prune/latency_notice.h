// SPDX-License-Identifier: GPL-3.0-or-later
// Says so when MACs leave but little time does.
#pragma once

#include "core/error.h"
#include "graph/graph.h"
#include "prune/factorize.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hone
{

struct SpeedChange
{
    double macsBefore = 0;
    double macsAfter = 0;
    double latencyBeforeMs = 0;
    double latencyAfterMs = 0;
};

// The layers of a graph (Conv; Gemm and MatMul that could have other widths) that waste the most MACs in half-filled blocks (see
// LatencyMeter::channelBlock()): "c (17 channels), b (11 channels) and 3 more"; empty: none does.
std::string badlyRoundedText(const Graph& graph, std::int64_t block);

// Message(LatencyNotFalling) where latency fell by less than half the share that MACs fell by (and those by a tenth at least), with the
// layers of the pruned graph that round badly; of a model that takes less than a fifth of a millisecond, with what its time goes into
// instead. nullopt elsewhere.
std::optional<Message> latencyNotFalling(const Graph& pruned, const SpeedChange& change, std::int64_t block);
// The same of layers split in two: Message(SplitNotFaster) with the ranks that round badly.
std::optional<Message> splitNotFaster(const std::vector<FactorizedLayer>& layers, const SpeedChange& change, std::int64_t block);

} // namespace hone
