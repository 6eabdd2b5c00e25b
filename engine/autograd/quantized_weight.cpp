// SPDX-License-Identifier: GPL-3.0-or-later
#include "autograd/quantized_weight.h"

#include "autograd/executors/quantized.h"
#include "autograd/torch_tensor.h"

namespace hone
{

QuantizedWeight::QuantizedWeight(const Graph& graph, const Node& dequantize) : m_initializer(graph.value(dequantize.input(0)).constant)
{
    const at::Tensor numbers = toTorch(m_initializer, Memory::Borrow);
    const auto given = dequantize.intAttribute("axis", 1);
    const auto axis = given >= numbers.dim() ? 0 : axisFromStart(given, numbers.dim());
    const auto block = dequantize.intAttribute("block_size", 0);
    m_scale = alongAxis(toTorch(graph.value(dequantize.input(1)).constant, Memory::Own), numbers, axis, block);
    m_zeroPoint = at::zeros({}, m_scale.options());
    if (const ValueId zero = dequantize.input(2); zero.valid())
        m_zeroPoint = alongAxis(toTorch(graph.value(zero).constant, Memory::Own).to(m_scale.scalar_type()), numbers, axis, block);
}

at::Tensor QuantizedWeight::realNumbers() const
{
    return (toTorch(m_initializer, Memory::Borrow).to(m_scale.scalar_type()) - m_zeroPoint) * m_scale;
}

Tensor QuantizedWeight::nearest(const at::Tensor& realNumbers) const
{
    return fromTorch(quantized(realNumbers.detach(), m_scale, m_zeroPoint, m_initializer.dtype()), m_initializer.dtype());
}

} // namespace hone
