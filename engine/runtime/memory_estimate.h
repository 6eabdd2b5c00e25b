// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "graph/graph.h"

#include <cstdint>
#include <vector>

namespace hone
{

// Bytes of every value of a run on inputs of these shapes (in the graph's order), as a backward pass keeps them; values of unknown shape
// left out. Saturates. Throws Error(ShapeMismatch) where the model doesn't take such inputs.
std::int64_t bytesOfARun(const Graph& graph, const std::vector<Dimensions>& inputs);

// Keeps runs on made-up inputs within a part of the memory that is free: what a file asks for is not always meant well.
class MemoryLimit
{
public:
    explicit MemoryLimit(const Graph& graph);
    // Also where the shapes don't fit the graph, which is ONNX Runtime's to say.
    bool allows(const std::vector<Dimensions>& inputs) const;
    // The least that was refused; 0: nothing was.
    std::int64_t refusedBytes() const { return m_refused; }

private:
    const Graph& m_graph;
    std::int64_t m_most;
    mutable std::int64_t m_refused = 0;
};

// What this machine has to spare just now, and the most that this process has held so far; 0 where the system doesn't tell.
std::int64_t availableBytes();
std::int64_t peakBytes();
// Gives memory that was freed back to the system: large tensors of changing size leave holes that the C library else keeps. Takes
// milliseconds.
void releaseFreedMemory();

} // namespace hone
