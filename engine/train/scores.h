// SPDX-License-Identifier: GPL-3.0-or-later
// Which value of a classifier the loss is taken of.
#pragma once

#include "graph/graph.h"
#include "train/trainer.h"

namespace hone
{

struct ScoresValue
{
    ValueId value;
    Scores kind = Scores::Logits;
};

// A Softmax at the end is stepped over: its input are the logits. Where only its output can be had (something rearranges it
// behind), the loss takes the probabilities' logarithm.
ScoresValue findScores(const Graph& graph);

} // namespace hone
