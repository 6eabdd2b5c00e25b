// SPDX-License-Identifier: GPL-3.0-or-later
// Values inside of two models that stand for the same thing, so that one model can learn the other's.
#pragma once

#include "graph/graph.h"

#include <cstdint>
#include <vector>

namespace hone
{

// Float32, of the same extents apart from batch and channels.
struct ValuePair
{
    ValueId student;
    ValueId teacher;
    int channelAxis = 1;
    std::int64_t studentChannels = 0;
    std::int64_t teacherChannels = 0;
    bool spatial = true; // more than one number a channel
};

// The last value of each resolution: what the first layer reads that makes the picture smaller, global
// pooling included. Where the teacher has every one of the student's by name (a pruned student's original
// does), they are paired so; otherwise by resolution. Where nothing is found so, what the two last layers
// read ([N, features]). Empty: the models have nothing in common.
std::vector<ValuePair> findValuePairs(const Graph& student, const Graph& teacher);

} // namespace hone
