// SPDX-License-Identifier: GPL-3.0-or-later
// Weights of a model that comes in already quantized: an integer initializer behind DequantizeLinear. It is trained as the real
// numbers that it stands for, which every pass rounds to the integers' grid with a straight-through gradient. Private to the lazy
// module "training".
#pragma once

#include "graph/graph.h"

#include <ATen/ATen.h>

namespace hone
{

class QuantizedWeight
{
public:
    // The node has constants for its inputs: see quantizedInitializer().
    QuantizedWeight(const Graph& graph, const Node& dequantize);

    at::Tensor realNumbers() const;
    // The initializer that stands for the numbers nearest to these.
    Tensor nearest(const at::Tensor& realNumbers) const;

private:
    Tensor m_initializer;
    at::Tensor m_scale, m_zeroPoint; // along the initializer's axes
};

} // namespace hone
