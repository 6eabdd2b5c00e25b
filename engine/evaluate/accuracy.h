// SPDX-License-Identifier: GPL-3.0-or-later
// What a classifier's output says of a sample.
#pragma once

#include "graph/graph.h"

#include <cstdint>
#include <span>

namespace hone
{

// What one row of a model's output [outputs] says of a sample.
struct RowScore
{
    int prediction = 0;         // the first of the largest
    int rank = 0;               // of the label: how many outputs come before it (larger, or as large with a lower index)
    double logitLoss = 0;       // -log softmax(row)[label]
    double probabilityLoss = 0; // -log row[label], never above 100
    bool isProbability = false; // none below 0, and a sum within 0.01 of 1
};
// label: index into row. A NaN comes last.
RowScore scoreRow(std::span<const float> row, std::int64_t label);

// Whether the first output is a Softmax's, seen through operators that only move or requantize values.
bool endsInSoftmax(const Graph& graph);

} // namespace hone
