// SPDX-License-Identifier: GPL-3.0-or-later
// Arithmetic, comparisons and functions of single elements, with broadcasting.
#include "autograd/executors/support.h"

#include <ATen/ATen.h>

namespace hone
{

namespace
{

// The sum goes where an operand lay that nobody needs any more: residual additions are bound by memory.
Executor makeAdd(const NodeSpec&)
{
    return [](NodeRun& run) {
        const at::Tensor& a = run.input(0);
        const at::Tensor& b = run.input(1);
        const bool sameShape = a.sizes() == b.sizes() && a.scalar_type() == b.scalar_type();
        if (sameShape && run.mayOverwrite(0))
            run.setOutput(0, at::Tensor(a).add_(b));
        else if (sameShape && run.mayOverwrite(1))
            run.setOutput(0, at::Tensor(b).add_(a));
        else
            run.setOutput(0, at::add(a, b));
    };
}

// Integers divide towards zero.
at::Tensor divide(const at::Tensor& a, const at::Tensor& b)
{
    return at::isFloatingType(a.scalar_type()) ? at::div(a, b) : at::div(a, b, "trunc");
}

Executor makeMod(const NodeSpec& spec)
{
    return [likeC = spec.node.intAttribute("fmod", 0) != 0](NodeRun& run) {
        run.setOutput(0, likeC ? at::fmod(run.input(0), run.input(1)) : at::remainder(run.input(0), run.input(1)));
    };
}

// f over any number of inputs, two at a time.
template<class F>
ExecutorFactory folded(F f)
{
    return [f](const NodeSpec&) -> Executor {
        return [f](NodeRun& run) {
            at::Tensor result = run.input(0);
            for (std::size_t i = 1; i < run.inputCount(); ++i)
                result = f(result, run.input(i));
            run.setOutput(0, result);
        };
    };
}

Executor makeMean(const NodeSpec&)
{
    return [](NodeRun& run) {
        at::Tensor sum = run.input(0);
        for (std::size_t i = 1; i < run.inputCount(); ++i)
            sum = sum + run.input(i);
        run.setOutput(0, sum / static_cast<double>(run.inputCount()));
    };
}

void registerFunctions(ExecutorRegistry& registry)
{
    registry.add("Neg", 6, unary([](const at::Tensor& x) { return -x; }));
    registry.add("Abs", 6, unary([](const at::Tensor& x) { return x.abs(); }));
    registry.add("Sign", 9, unary([](const at::Tensor& x) { return x.sign(); }));
    registry.add("Floor", 6, unary([](const at::Tensor& x) { return x.floor(); }));
    registry.add("Ceil", 6, unary([](const at::Tensor& x) { return x.ceil(); }));
    registry.add("Round", 11, unary([](const at::Tensor& x) { return x.round(); }));
    registry.add("Reciprocal", 6, unary([](const at::Tensor& x) { return x.reciprocal(); }));
    registry.add("Sqrt", 6, unary([](const at::Tensor& x) { return x.sqrt(); }));
    registry.add("Exp", 6, unary([](const at::Tensor& x) { return x.exp(); }));
    registry.add("Log", 6, unary([](const at::Tensor& x) { return x.log(); }));
    registry.add("Erf", 9, unary([](const at::Tensor& x) { return x.erf(); }));
    registry.add("Sin", 7, unary([](const at::Tensor& x) { return x.sin(); }));
    registry.add("Cos", 7, unary([](const at::Tensor& x) { return x.cos(); }));
}

void registerComparisons(ExecutorRegistry& registry)
{
    registry.add("Equal", 7, binary([](const at::Tensor& a, const at::Tensor& b) { return at::eq(a, b); }));
    registry.add("Greater", 7, binary([](const at::Tensor& a, const at::Tensor& b) { return at::gt(a, b); }));
    registry.add("GreaterOrEqual", 12, binary([](const at::Tensor& a, const at::Tensor& b) { return at::ge(a, b); }));
    registry.add("Less", 7, binary([](const at::Tensor& a, const at::Tensor& b) { return at::lt(a, b); }));
    registry.add("LessOrEqual", 12, binary([](const at::Tensor& a, const at::Tensor& b) { return at::le(a, b); }));
    registry.add("And", 7, binary([](const at::Tensor& a, const at::Tensor& b) { return at::logical_and(a, b); }));
    registry.add("Or", 7, binary([](const at::Tensor& a, const at::Tensor& b) { return at::logical_or(a, b); }));
    registry.add("Xor", 7, binary([](const at::Tensor& a, const at::Tensor& b) { return at::logical_xor(a, b); }));
    registry.add("Not", 1, unary([](const at::Tensor& x) { return at::logical_not(x); }));
}

} // namespace

void registerElementwise(ExecutorRegistry& registry)
{
    registry.add("Add", 7, makeAdd);
    registry.add("Sub", 7, binary([](const at::Tensor& a, const at::Tensor& b) { return at::sub(a, b); }));
    registry.add("Mul", 7, binary([](const at::Tensor& a, const at::Tensor& b) { return at::mul(a, b); }));
    registry.add("Div", 7, binary(divide));
    registry.add("Mod", 10, makeMod);
    registry.add("Pow", 7, binary([](const at::Tensor& a, const at::Tensor& b) { return at::pow(a, b).to(a.scalar_type()); }));
    registry.add("Min", 6, folded([](const at::Tensor& a, const at::Tensor& b) { return at::minimum(a, b); }));
    registry.add("Max", 6, folded([](const at::Tensor& a, const at::Tensor& b) { return at::maximum(a, b); }));
    registry.add("Sum", 6, folded([](const at::Tensor& a, const at::Tensor& b) { return at::add(a, b); }));
    registry.add("Mean", 6, makeMean);
    registerFunctions(registry);
    registerComparisons(registry);
}

} // namespace hone
