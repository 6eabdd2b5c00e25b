// SPDX-License-Identifier: GPL-3.0-or-later
// Arithmetic of two and more tensors, with broadcasting.
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

} // namespace

void registerArithmetic(ExecutorRegistry& registry)
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
}

} // namespace hone
