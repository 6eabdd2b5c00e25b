// SPDX-License-Identifier: GPL-3.0-or-later
// Functions of single elements that aren't activations.
#include "autograd/executors/support.h"

#include <ATen/ATen.h>

namespace hone
{

namespace
{

using Function = at::Tensor (*)(const at::Tensor&);

struct ElementFunction
{
    const char* opType;
    std::int64_t since;
    Function apply;
};

const ElementFunction elementFunctions[] = {
    {"Abs", 6, [](const at::Tensor& x) { return x.abs(); }},      {"Acos", 7, [](const at::Tensor& x) { return x.acos(); }},
    {"Acosh", 9, [](const at::Tensor& x) { return x.acosh(); }},  {"Asin", 7, [](const at::Tensor& x) { return x.asin(); }},
    {"Asinh", 9, [](const at::Tensor& x) { return x.asinh(); }},  {"Atan", 7, [](const at::Tensor& x) { return x.atan(); }},
    {"Atanh", 9, [](const at::Tensor& x) { return x.atanh(); }},  {"Ceil", 6, [](const at::Tensor& x) { return x.ceil(); }},
    {"Cos", 7, [](const at::Tensor& x) { return x.cos(); }},      {"Cosh", 9, [](const at::Tensor& x) { return x.cosh(); }},
    {"Erf", 9, [](const at::Tensor& x) { return x.erf(); }},      {"Exp", 6, [](const at::Tensor& x) { return x.exp(); }},
    {"Floor", 6, [](const at::Tensor& x) { return x.floor(); }},  {"Log", 6, [](const at::Tensor& x) { return x.log(); }},
    {"Neg", 6, [](const at::Tensor& x) { return -x; }},           {"Reciprocal", 6, [](const at::Tensor& x) { return x.reciprocal(); }},
    {"Round", 11, [](const at::Tensor& x) { return x.round(); }}, {"Sign", 9, [](const at::Tensor& x) { return x.sign(); }},
    {"Sin", 7, [](const at::Tensor& x) { return x.sin(); }},      {"Sinh", 9, [](const at::Tensor& x) { return x.sinh(); }},
    {"Sqrt", 6, [](const at::Tensor& x) { return x.sqrt(); }},    {"Tan", 7, [](const at::Tensor& x) { return x.tan(); }},
    {"IsNaN", 9, [](const at::Tensor& x) { return x.isnan(); }},
};

Executor makeIsInfinite(const NodeSpec& spec)
{
    const bool positive = spec.node.intAttribute("detect_positive", 1) != 0;
    const bool negative = spec.node.intAttribute("detect_negative", 1) != 0;
    return [=](NodeRun& run) {
        const at::Tensor infinite = run.input(0).isinf();
        const at::Tensor above = run.input(0) > 0;
        at::Tensor wanted = at::zeros_like(infinite);
        if (positive)
            wanted = at::logical_or(wanted, above);
        if (negative)
            wanted = at::logical_or(wanted, at::logical_not(above));
        run.setOutput(0, at::logical_and(infinite, wanted));
    };
}

} // namespace

void registerFunctions(ExecutorRegistry& registry)
{
    for (const auto& [opType, since, apply] : elementFunctions)
        registry.add(opType, since, unary(apply));
    registry.add("IsInf", 10, makeIsInfinite);
}

} // namespace hone
