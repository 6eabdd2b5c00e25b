// SPDX-License-Identifier: GPL-3.0-or-later
// Says so when pruning takes MACs but little time.
#pragma once

#include "core/error.h"
#include "graph/graph.h"

#include <cstdint>
#include <optional>

namespace hone
{

struct SpeedChange
{
    double macsBefore = 0;
    double macsAfter = 0;
    double latencyBeforeMs = 0;
    double latencyAfterMs = 0;
};

// ONNX Runtime's convolutions on x64 work on channels in blocks of as many floats as a vector register holds
// (NCHWc), and so do the columns of its matrix products: what doesn't fill the last block is computed on zeros. 16 with AVX-512,
// else 8.
std::int64_t channelBlock();

// Message(LatencyNotFalling) where latency fell by less than half the share that MACs fell by (and those by a tenth at least, of a model
// that takes a fifth of a millisecond or more), with the layers of the pruned graph (Conv; Gemm and MatMul that could have other widths)
// that waste the most MACs in half-filled blocks. nullopt elsewhere.
std::optional<Message> latencyNotFalling(const Graph& pruned, const SpeedChange& change, std::int64_t block);

} // namespace hone
