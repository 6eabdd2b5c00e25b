// SPDX-License-Identifier: GPL-3.0-or-later
// Random numbers, drawn from the run's generator; the operators' own seeds are not used.
#include "autograd/executors/support.h"
#include "autograd/torch_tensor.h"

#include <ATen/ATen.h>

namespace hone
{

namespace
{

at::ScalarType typeFrom(const Node& node, at::ScalarType fallback)
{
    const auto declared = static_cast<DType>(node.intAttribute("dtype", 0));
    const auto type = torchTypeOf(declared);
    return type ? static_cast<at::ScalarType>(*type) : fallback;
}

enum class Distribution
{
    Normal,
    Uniform
};

at::Tensor drawn(const at::Tensor& place, const Node& node, Distribution distribution, at::Generator& generator)
{
    if (distribution == Distribution::Normal)
        return at::Tensor(place).normal_(node.floatAttribute("mean", 0), node.floatAttribute("scale", 1), generator);
    return at::Tensor(place).uniform_(node.floatAttribute("low", 0), node.floatAttribute("high", 1), generator);
}

ExecutorFactory random(Distribution distribution)
{
    return [distribution](const NodeSpec& spec) -> Executor {
        return [distribution, node = spec.node](NodeRun& run) {
            const at::Tensor place = at::empty(node.intsAttribute("shape"), typeFrom(node, at::kFloat));
            run.setOutput(0, drawn(place, node, distribution, run.generator()));
        };
    };
}

ExecutorFactory randomLike(Distribution distribution)
{
    return [distribution](const NodeSpec& spec) -> Executor {
        return [distribution, node = spec.node](NodeRun& run) {
            const at::Tensor& x = run.input(0);
            const at::Tensor place =
                at::empty(x.sizes(), typeFrom(node, at::isFloatingType(x.scalar_type()) ? x.scalar_type() : at::kFloat));
            run.setOutput(0, drawn(place, node, distribution, run.generator()));
        };
    };
}

Executor makeBernoulli(const NodeSpec& spec)
{
    return [node = spec.node](NodeRun& run) {
        const at::Tensor& probability = run.input(0);
        run.setOutput(0, at::bernoulli(probability.detach(), run.generator()).to(typeFrom(node, probability.scalar_type())));
    };
}

// Log probabilities [batch, classes] to drawn classes [batch, sample_size].
Executor makeMultinomial(const NodeSpec& spec)
{
    return [node = spec.node](NodeRun& run) {
        const at::Tensor classes =
            at::multinomial(run.input(0).detach().softmax(-1), node.intAttribute("sample_size", 1), true, run.generator());
        run.setOutput(0, classes.to(typeFrom(node, at::kInt)));
    };
}

} // namespace

void registerRandom(ExecutorRegistry& registry)
{
    registry.add("RandomNormal", 1, random(Distribution::Normal));
    registry.add("RandomNormalLike", 1, randomLike(Distribution::Normal));
    registry.add("RandomUniform", 1, random(Distribution::Uniform));
    registry.add("RandomUniformLike", 1, randomLike(Distribution::Uniform));
    registry.add("Bernoulli", 15, makeBernoulli);
    registry.add("Multinomial", 7, makeMultinomial);
}

} // namespace hone
