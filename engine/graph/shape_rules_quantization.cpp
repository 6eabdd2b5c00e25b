// SPDX-License-Identifier: GPL-3.0-or-later
#include "graph/fake_quantize.h"
#include "graph/shape_rules.h"

namespace hone
{
namespace
{

// y = saturate(round(x / scale) + zero point).
void quantize(RuleContext& node)
{
    const auto declared = static_cast<DType>(node.node().intAttribute("output_dtype", 0));
    const auto dtype = node.has(2) ? node.dtype(2) : declared == DType::Undefined ? DType::UInt8 : declared;
    node.output(0, dtype, node.shape(0));
}

void dequantize(RuleContext& node)
{
    const auto declared = static_cast<DType>(node.node().intAttribute("output_dtype", 0));
    node.output(0, declared == DType::Undefined ? node.dtype(1) : declared, node.shape(0));
}

void dynamicQuantize(RuleContext& node)
{
    node.output(0, DType::UInt8, node.shape(0));
    node.output(1, DType::Float32, Shape());
    node.output(2, DType::UInt8, Shape());
}

// ONNX Runtime's: each operand is followed by its scale and zero point.
void quantizedBinary(RuleContext& node)
{
    std::optional<Shape> shape;
    if (node.shape(0) && node.shape(3))
        shape = node.broadcast(*node.shape(0), *node.shape(3));
    node.output(0, node.dtype(0), std::move(shape));
}

void likeFirstInput(RuleContext& node)
{
    node.output(0, node.dtype(0), node.shape(0));
}

} // namespace

void addQuantizationRules(ShapeRules& rules)
{
    for (const auto* domain : {"", "com.microsoft"}) {
        rules.add(domain, {"QuantizeLinear"}, quantize);
        rules.add(domain, {"DequantizeLinear"}, dequantize);
    }
    rules.add("", {"DynamicQuantizeLinear"}, dynamicQuantize);
    rules.add("com.microsoft", {"QLinearAdd", "QLinearMul"}, quantizedBinary);
    rules.add(honeDomain, {"FakeQuantize", "RoundBias"}, likeFirstInput);
    rules.add("com.microsoft", {"QLinearSigmoid", "QLinearLeakyRelu", "QLinearSoftmax"}, likeFirstInput);
}

} // namespace hone
