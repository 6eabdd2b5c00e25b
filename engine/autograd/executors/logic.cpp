// SPDX-License-Identifier: GPL-3.0-or-later
// Comparisons, truth values and bits.
#include "autograd/executors/support.h"
#include "autograd/torch_tensor.h"

#include <ATen/ATen.h>

namespace hone
{

namespace
{

using Combine = at::Tensor (*)(const at::Tensor&, const at::Tensor&);

struct Combination
{
    const char* opType;
    std::int64_t since;
    Combine combine;
};

const Combination combinations[] = {
    {"Equal", 7, [](const at::Tensor& a, const at::Tensor& b) { return at::eq(a, b); }},
    {"Greater", 7, [](const at::Tensor& a, const at::Tensor& b) { return at::gt(a, b); }},
    {"GreaterOrEqual", 12, [](const at::Tensor& a, const at::Tensor& b) { return at::ge(a, b); }},
    {"Less", 7, [](const at::Tensor& a, const at::Tensor& b) { return at::lt(a, b); }},
    {"LessOrEqual", 12, [](const at::Tensor& a, const at::Tensor& b) { return at::le(a, b); }},
    {"And", 7, [](const at::Tensor& a, const at::Tensor& b) { return at::logical_and(a, b); }},
    {"Or", 7, [](const at::Tensor& a, const at::Tensor& b) { return at::logical_or(a, b); }},
    {"Xor", 7, [](const at::Tensor& a, const at::Tensor& b) { return at::logical_xor(a, b); }},
    {"BitwiseAnd", 18, [](const at::Tensor& a, const at::Tensor& b) { return at::bitwise_and(a, b); }},
    {"BitwiseOr", 18, [](const at::Tensor& a, const at::Tensor& b) { return at::bitwise_or(a, b); }},
    {"BitwiseXor", 18, [](const at::Tensor& a, const at::Tensor& b) { return at::bitwise_xor(a, b); }},
};

// Bits beyond those of the type that a wider one holds fall away.
at::Tensor withinType(const at::Tensor& x, DType dtype)
{
    return dtype == DType::Undefined ? x : castTo(x, dtype);
}

Executor makeBitShift(const NodeSpec& spec)
{
    const bool left = spec.node.stringAttribute("direction", "LEFT") == "LEFT";
    return [left, dtype = inputType(spec, 0)](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        run.setOutput(0, left ? withinType(at::bitwise_left_shift(x, run.input(1)), dtype) : at::bitwise_right_shift(x, run.input(1)));
    };
}

Executor makeBitwiseNot(const NodeSpec& spec)
{
    return [dtype = inputType(spec, 0)](NodeRun& run) { run.setOutput(0, withinType(at::bitwise_not(run.input(0)), dtype)); };
}

} // namespace

void registerLogic(ExecutorRegistry& registry)
{
    for (const auto& [opType, since, combine] : combinations)
        registry.add(opType, since, binary(combine));
    registry.add("Not", 1, unary([](const at::Tensor& x) { return at::logical_not(x); }));
    registry.add("BitShift", 11, makeBitShift);
    registry.add("BitwiseNot", 18, makeBitwiseNot);
}

} // namespace hone
