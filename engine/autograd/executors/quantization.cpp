// SPDX-License-Identifier: GPL-3.0-or-later
// QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear.
#include "autograd/executors/quantized.h"
#include "autograd/torch_tensor.h"

#include <ATen/ATen.h>

namespace hone
{

std::optional<QuantizedRange> quantizedRange(DType dtype)
{
    switch (dtype) {
    case DType::UInt8: return QuantizedRange{0, 255};
    case DType::Int8: return QuantizedRange{-128, 127};
    case DType::UInt16: return QuantizedRange{0, 65535};
    case DType::Int16: return QuantizedRange{-32768, 32767};
    case DType::UInt4: return QuantizedRange{0, 15};
    case DType::Int4: return QuantizedRange{-8, 7};
    case DType::Int32: return QuantizedRange{-2147483648.0, 2147483647.0}; // biases
    default: return std::nullopt;
    }
}

at::Tensor alongAxis(const at::Tensor& parameter, const at::Tensor& x, std::int64_t axis, std::int64_t block)
{
    if (block > 0)
        return parameter.repeat_interleave(block, axis).narrow(axis, 0, x.size(axis));
    if (parameter.numel() == 1)
        return parameter.reshape({});
    std::vector<std::int64_t> shape(static_cast<std::size_t>(x.dim()), 1);
    shape[static_cast<std::size_t>(axis)] = parameter.numel();
    return parameter.reshape(shape);
}

at::Tensor quantized(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& zeroPoint, DType dtype)
{
    const at::Tensor steps = x / scale;
    if (isEightBitFloat(dtype))
        return castTo(steps, dtype);
    const auto range = quantizedRange(dtype);
    if (!range)
        throwUnfit("quantized to " + std::string(name(dtype)));
    return (roundedStraightThrough(steps) + zeroPoint).clamp(range->lowest, range->highest);
}

at::Tensor zeroPointAt(const NodeRun& run, std::size_t i, const at::Tensor& like)
{
    return run.hasInput(i) ? run.input(i).to(like.scalar_type()) : at::zeros({}, like.options().requires_grad(false));
}

namespace
{

DType quantizedType(const NodeSpec& spec)
{
    const DType ofZeroPoint = inputType(spec, 2);
    if (ofZeroPoint != DType::Undefined)
        return ofZeroPoint;
    const auto declared = static_cast<DType>(spec.node.intAttribute("output_dtype", 0));
    return declared == DType::Undefined ? DType::UInt8 : declared;
}

std::int64_t axisOf(std::int64_t given, const at::Tensor& x)
{
    return x.dim() == 0 || given >= x.dim() ? 0 : axisFromStart(given, x.dim());
}

Executor makeQuantize(const NodeSpec& spec)
{
    const DType dtype = quantizedType(spec);
    if (!quantizedRange(dtype) && !isEightBitFloat(dtype))
        throw NodeUnsupported{"to " + std::string(name(dtype))};
    const std::int64_t given = spec.node.intAttribute("axis", 1);
    const std::int64_t block = spec.node.intAttribute("block_size", 0);
    return [=](NodeRun& run) {
        const at::Tensor x = run.input(0).is_floating_point() ? run.input(0) : run.input(0).to(at::kFloat);
        const std::int64_t axis = axisOf(given, x);
        run.setOutput(0, quantized(x, alongAxis(run.input(1), x, axis, block),
                                   alongAxis(zeroPointAt(run, 2, x), x, axis, run.hasInput(2) ? block : 0), dtype));
    };
}

// y = (x - zero point) * scale. A quantized initializer that is trained comes as the real numbers that it stands for.
Executor makeDequantize(const NodeSpec& spec)
{
    const DType trained = spec.graph.isConstant(spec.node.input(0)) ? inputType(spec, 0) : DType::Undefined;
    const std::int64_t given = spec.node.intAttribute("axis", 1);
    const std::int64_t block = spec.node.intAttribute("block_size", 0);
    return [=](NodeRun& run) {
        const at::Tensor& scale = run.input(1);
        const at::Tensor x = run.input(0).to(scale.scalar_type());
        const std::int64_t axis = axisOf(given, x);
        const at::Tensor zero = alongAxis(zeroPointAt(run, 2, x), x, axis, run.hasInput(2) ? block : 0);
        const at::Tensor steps = alongAxis(scale, x, axis, block);
        const bool isReal = quantizedRange(trained) && run.input(0).is_floating_point();
        run.setOutput(0, ((isReal ? quantized(x, steps, zero, trained) : x) - zero) * steps);
    };
}

// To uint8, over a range that the data give and that holds 0.
Executor makeDynamicQuantize(const NodeSpec&)
{
    return [](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        const at::Tensor none = at::zeros({}, x.options().requires_grad(false));
        const at::Tensor lowest = at::minimum(x.detach().min(), none);
        const at::Tensor scale = (at::maximum(x.detach().max(), none) - lowest) / 255;
        const at::Tensor zero = (-lowest / scale).clamp(0, 255).round();
        run.setOutput(0, quantized(x, scale, zero, DType::UInt8));
        run.setOutput(1, scale);
        run.setOutput(2, zero);
    };
}

} // namespace

void registerQuantization(ExecutorRegistry& registry)
{
    registry.add("QuantizeLinear", 10, makeQuantize);
    registry.add("DequantizeLinear", 10, makeDequantize);
    registry.add("DynamicQuantizeLinear", 11, makeDynamicQuantize);
    registry.addIn(ExecutorRegistry::microsoft, "QuantizeLinear", 1, makeQuantize);
    registry.addIn(ExecutorRegistry::microsoft, "DequantizeLinear", 1, makeDequantize);
}

} // namespace hone
