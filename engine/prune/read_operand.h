// SPDX-License-Identifier: GPL-3.0-or-later
// What a reader of channels takes them from: the activations behind a Reading.
#pragma once

#include "prune/dependency_graph.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace hone
{

struct ReadOperand
{
    ValueId value;
    std::size_t input = 0;      // of the reading's node
    int axis = 0;               // of the value; -1: the last
    std::size_t axesBehind = 0; // that one
    std::int64_t extent = 0;    // of the axis
    std::int64_t stride = 0;    // between the places of a weight's column in the blocks of a grouped
                                // convolution; 0: there is one block
};

// A group's readings and reductions.
std::vector<const Reading*> allReadings(const PruningGroup& group);

// A reading of a layer's constant weights is one of what they are multiplied
// with. None where that is a constant, too.
std::optional<ReadOperand> readOperand(const Graph& graph, const Reading& reading);

// The reading's channel at the operand's axis, all blocks.
std::vector<std::int64_t> operandPositions(const ReadOperand& operand, const std::vector<std::int64_t>& readingPositions);

} // namespace hone
