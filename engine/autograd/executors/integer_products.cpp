// SPDX-License-Identifier: GPL-3.0-or-later
// Products and sums of quantized tensors: MatMulInteger, ConvInteger, QLinearMatMul, QLinearConv, QLinearAdd, QLinearMul. Products are
// summed in float64, which holds them exactly; the results of QLinear operators round and saturate straight-through.
#include "autograd/executors/quantized.h"
#include "autograd/executors/windows.h"

#include <ATen/ATen.h>

namespace hone
{

namespace
{

// Input i in float64 without its zero point, whose input is `zero` and whose elements lie along `axis`.
at::Tensor centeredInput(const NodeRun& run, std::size_t i, std::size_t zero, std::int64_t axis)
{
    const at::Tensor x = run.input(i).to(at::kDouble);
    return run.hasInput(zero) ? x - alongAxis(run.input(zero).to(at::kDouble), x, axis) : x;
}

// Rows of the left matrix have zero points of their own, or columns of the right one.
at::Tensor alongRows(const at::Tensor& parameter)
{
    return parameter.dim() == 1 && parameter.numel() > 1 ? parameter.unsqueeze(1) : parameter;
}

at::Tensor centeredMatrix(const NodeRun& run, std::size_t i, std::size_t zero, bool left)
{
    const at::Tensor x = run.input(i).to(at::kDouble);
    if (!run.hasInput(zero))
        return x;
    const at::Tensor point = run.input(zero).to(at::kDouble);
    return x - (left ? alongRows(point) : point);
}

at::Tensor convolved(const at::Tensor& x, const at::Tensor& weight, const Node& node)
{
    const auto attributes = windowAttributes(node);
    const Windows windows = windowsFor(attributes, spatialExtents(weight), spatialExtents(x));
    const std::vector<std::int64_t> none(windows.kernel.size(), 0);
    return at::convolution(padSpatial(x, windows.padBegin, windows.padEnd, 0), weight, {}, windows.strides, none, windows.dilations, false,
                           none, node.intAttribute("group", 1));
}

Executor makeMatMulInteger(const NodeSpec&)
{
    return
        [](NodeRun& run) { run.setOutput(0, at::matmul(centeredMatrix(run, 0, 2, true), centeredMatrix(run, 1, 3, false)).to(at::kInt)); };
}

Executor makeConvInteger(const NodeSpec& spec)
{
    return [node = spec.node](NodeRun& run) {
        run.setOutput(0, convolved(centeredInput(run, 0, 2, 1), centeredInput(run, 1, 3, 0), node).to(at::kInt));
    };
}

// Inputs a, its scale and zero point, b, its scale and zero point, the output's scale and zero point.
Executor makeQLinearMatMul(const NodeSpec& spec)
{
    return [dtype = inputType(spec, 7)](NodeRun& run) {
        const at::Tensor product = at::matmul(centeredMatrix(run, 0, 2, true), centeredMatrix(run, 3, 5, false));
        const at::Tensor scale = alongRows(run.input(1).to(at::kDouble)) * run.input(4).to(at::kDouble);
        run.setOutput(0, quantized(product * scale, run.input(6).to(at::kDouble), run.input(7).to(at::kDouble), dtype).to(at::kFloat));
    };
}

// The bias (input 8) is quantized by the product of both scales.
Executor makeQLinearConv(const NodeSpec& spec)
{
    return [node = spec.node, dtype = inputType(spec, 7)](NodeRun& run) {
        at::Tensor sums = convolved(centeredInput(run, 0, 2, 1), centeredInput(run, 3, 5, 0), node);
        if (run.hasInput(8))
            sums = sums + alongAxis(run.input(8).to(at::kDouble), sums, 1);
        const at::Tensor scale = run.input(1).to(at::kDouble) * alongAxis(run.input(4).to(at::kDouble), sums, 1);
        run.setOutput(0, quantized(sums * scale, run.input(6).to(at::kDouble), run.input(7).to(at::kDouble), dtype).to(at::kFloat));
    };
}

using Combine = at::Tensor (*)(const at::Tensor&, const at::Tensor&);

at::Tensor dequantized(const NodeRun& run, std::size_t first)
{
    const at::Tensor x = run.input(first).to(at::kFloat);
    return (x - zeroPointAt(run, first + 2, x)) * run.input(first + 1);
}

ExecutorFactory combined(Combine combine)
{
    return [combine](const NodeSpec& spec) -> Executor {
        const DType dtype = spec.node.input(7).valid() ? inputType(spec, 7) : DType::UInt8;
        return [combine, dtype](NodeRun& run) {
            const at::Tensor y = combine(dequantized(run, 0), dequantized(run, 3));
            run.setOutput(0, quantized(y, run.input(6), zeroPointAt(run, 7, y), dtype));
        };
    };
}

} // namespace

void registerIntegerProducts(ExecutorRegistry& registry)
{
    registry.add("MatMulInteger", 10, makeMatMulInteger);
    registry.add("ConvInteger", 10, makeConvInteger);
    registry.add("QLinearMatMul", 10, makeQLinearMatMul);
    registry.add("QLinearConv", 10, makeQLinearConv);
    registry.addIn(ExecutorRegistry::microsoft, "QLinearAdd", 1, combined([](const at::Tensor& a, const at::Tensor& b) { return a + b; }));
    registry.addIn(ExecutorRegistry::microsoft, "QLinearMul", 1, combined([](const at::Tensor& a, const at::Tensor& b) { return a * b; }));
}

} // namespace hone
