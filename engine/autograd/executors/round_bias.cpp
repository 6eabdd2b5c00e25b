// SPDX-License-Identifier: GPL-3.0-or-later
// RoundBias (graph/fake_quantize.h). Gradients pass straight through.
#include "autograd/executors/support.h"
#include "graph/fake_quantize.h"

#include <ATen/ATen.h>

namespace hone
{
namespace
{

enum Input : std::size_t
{
    Result,
    InputScale,
    WeightScale,
    Bias,
    Gamma,
    Beta,
    Mean,
    Variance
};

at::Tensor exact(const NodeRun& run, Input input)
{
    return run.input(input).detach().to(at::kDouble);
}

Executor makeRoundBias(const NodeSpec& spec)
{
    const double epsilon = spec.node.floatAttribute("epsilon", 1e-5f);
    return [epsilon](NodeRun& run) {
        const at::Tensor& result = run.input(Result);
        const bool normalizes = run.hasInput(Gamma);
        if ((normalizes && run.mode() == Mode::Training) || (!normalizes && !run.hasInput(Bias)))
            return run.setOutput(0, result);
        at::Tensor constant = run.hasInput(Bias) ? exact(run, Bias) : at::zeros({1}, result.options().dtype(at::kDouble));
        if (normalizes)
            constant = constant + exact(run, Beta) * (exact(run, Variance) + epsilon).sqrt() / exact(run, Gamma) - exact(run, Mean);
        const at::Tensor scale = exact(run, InputScale) * exact(run, WeightScale);
        const at::Tensor moved = (constant / scale).round() * scale - constant;
        std::vector<std::int64_t> shape(static_cast<std::size_t>(result.dim()), 1);
        shape.at(1) = moved.numel();
        run.setOutput(0, result + at::where(moved.isfinite(), moved, at::zeros_like(moved)).to(result.scalar_type()).reshape(shape));
    };
}

} // namespace

void registerRoundBias(ExecutorRegistry& registry)
{
    registry.addIn(honeDomain, "RoundBias", 1, makeRoundBias);
}

} // namespace hone
