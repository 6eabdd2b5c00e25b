// SPDX-License-Identifier: GPL-3.0-or-later
// What a layer's output ought to be, read from the original model.
#pragma once

#include "graph/graph.h"
#include "layerwise/linear_layer.h"

#include <vector>

namespace hone
{

// output = (value of the original - other operand in the pruned model) * factor + shift, by channel of the pruned layer.
struct ResidualTarget
{
    ValueId original;
    ValueId other; // none: nothing is subtracted
    std::vector<double> factor;
    std::vector<double> shift;
};

// Where the layer (through a BatchNormalization, or an added constant) is one of the two operands of an Add whose other operand
// is computed by layers that come before it: the sum. Otherwise the layer's own output.
ResidualTarget targetOf(const Graph& pruned, const GraphUses& uses, const LinearLayer& layer);

} // namespace hone
