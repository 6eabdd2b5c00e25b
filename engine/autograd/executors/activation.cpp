// SPDX-License-Identifier: GPL-3.0-or-later
#include "autograd/executors/support.h"

#include <ATen/ATen.h>

#include <limits>

namespace hone
{

namespace
{

using FloatPair = std::pair<float, float>;

// y = f(x, alpha) with the attribute alpha.
template<class F>
ExecutorFactory withAlpha(float fallback, F f)
{
    return [fallback, f](const NodeSpec& spec) -> Executor {
        return [alpha = static_cast<double>(spec.node.floatAttribute("alpha", fallback)), f](NodeRun& run) {
            run.setOutput(0, f(run.input(0), alpha));
        };
    };
}

Executor makeRelu(const NodeSpec&)
{
    return [](NodeRun& run) {
        if (run.mayOverwrite(0))
            run.setOutput(0, at::Tensor(run.input(0)).relu_());
        else
            run.setOutput(0, at::relu(run.input(0)));
    };
}

at::Tensor clipped(NodeRun& run, double low, double high)
{
    if (!at::isFloatingType(run.input(0).scalar_type()))
        return at::clamp(run.input(0), at::Scalar(low), at::Scalar(high));
    if (run.mayOverwrite(0)) {
        at::Tensor x = run.input(0);
        return at::hardtanh_(x, low, high);
    }
    return at::hardtanh(run.input(0), low, high);
}

Executor makeClipWithAttributes(const NodeSpec& spec)
{
    const double low = spec.node.floatAttribute("min", std::numeric_limits<float>::lowest());
    const double high = spec.node.floatAttribute("max", std::numeric_limits<float>::max());
    return [=](NodeRun& run) { run.setOutput(0, clipped(run, low, high)); };
}

Executor makeClip(const NodeSpec&)
{
    return [](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        if (at::isFloatingType(x.scalar_type())) {
            const double infinity = std::numeric_limits<double>::infinity();
            const double low = run.hasInput(1) ? run.input(1).item<double>() : -infinity;
            const double high = run.hasInput(2) ? run.input(2).item<double>() : infinity;
            // hardtanh refuses crossed bounds; ONNX gives the upper one then.
            run.setOutput(0, low < high ? clipped(run, low, high) : at::clamp(x, low, high));
            return;
        }
        c10::optional<at::Scalar> low;
        c10::optional<at::Scalar> high;
        if (run.hasInput(1))
            low = run.input(1).item();
        if (run.hasInput(2))
            high = run.input(2).item();
        run.setOutput(0, low || high ? at::clamp(x, low, high) : x);
    };
}

Executor makeSelu(const NodeSpec& spec)
{
    const double alpha = spec.node.floatAttribute("alpha", 1.67326319217681884765625f);
    const double gamma = spec.node.floatAttribute("gamma", 1.05070102214813232421875f);
    return [=](NodeRun& run) { run.setOutput(0, at::elu(run.input(0), alpha, gamma, 1)); };
}

// max(0, min(1, alpha * x + beta))
Executor makeHardSigmoid(const NodeSpec& spec)
{
    const double alpha = spec.node.floatAttribute("alpha", 0.2f);
    const double beta = spec.node.floatAttribute("beta", 0.5f);
    return [=](NodeRun& run) { run.setOutput(0, at::hardtanh(run.input(0) * alpha + beta, 0, 1)); };
}

// One slope, or slopes that broadcast to x.
at::Tensor prelu(const at::Tensor& x, const at::Tensor& slope)
{
    return at::where(x < 0, x * slope, x);
}

// x + bias below -lambda, x - bias above lambda, 0 between.
Executor makeShrink(const NodeSpec& spec)
{
    const double lambda = spec.node.floatAttribute("lambd", 0.5f);
    const double bias = spec.node.floatAttribute("bias", 0);
    return [=](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        const at::Tensor shrunk = at::where(x < -lambda, x + bias, at::where(x > lambda, x - bias, at::zeros_like(x)));
        run.setOutput(0, shrunk.to(x.scalar_type()));
    };
}

// The bias is the second input, where there is one.
ExecutorFactory biasedGelu(const char* approximate)
{
    return [approximate](const NodeSpec&) -> Executor {
        return [approximate](NodeRun& run) {
            run.setOutput(0, at::gelu(run.hasInput(1) ? run.input(0) + run.input(1) : run.input(0), approximate));
        };
    };
}

ExecutorFactory gelu(const char* attributeFallback)
{
    return [attributeFallback](const NodeSpec& spec) -> Executor {
        const auto approximate = spec.node.stringAttribute("approximate", attributeFallback);
        return [approximate](NodeRun& run) { run.setOutput(0, at::gelu(run.input(0), approximate)); };
    };
}

} // namespace

void registerActivations(ExecutorRegistry& registry)
{
    registry.add("Relu", 6, makeRelu);
    registry.add("Clip", 6, makeClipWithAttributes);
    registry.add("Clip", 11, makeClip);
    registry.add("LeakyRelu", 6, withAlpha(0.01f, [](const at::Tensor& x, double a) { return at::leaky_relu(x, a); }));
    registry.add("Elu", 6, withAlpha(1, [](const at::Tensor& x, double a) { return at::elu(x, a); }));
    registry.add("Celu", 12, withAlpha(1, [](const at::Tensor& x, double a) { return at::celu(x, a); }));
    registry.add("ThresholdedRelu", 10, withAlpha(1, [](const at::Tensor& x, double a) { return at::threshold(x, a, 0); }));
    registry.add("Selu", 6, makeSelu);
    registry.add("PRelu", 7, binary(prelu));
    registry.add("Sigmoid", 6, unary([](const at::Tensor& x) { return at::sigmoid(x); }));
    registry.add("HardSigmoid", 6, makeHardSigmoid);
    registry.add("HardSwish", 14, unary([](const at::Tensor& x) { return at::hardswish(x); }));
    registry.add("Tanh", 6, unary([](const at::Tensor& x) { return at::tanh(x); }));
    registry.add("Softplus", 1, unary([](const at::Tensor& x) { return at::softplus(x); }));
    registry.add("Softsign", 1, unary([](const at::Tensor& x) { return x / (x.abs() + 1); }));
    registry.add("Mish", 18, unary([](const at::Tensor& x) { return at::mish(x); }));
    registry.add("Gelu", 20, gelu("none"));
    registry.add("Shrink", 9, makeShrink);
    registry.addIn(ExecutorRegistry::microsoft, "Gelu", 1, gelu("none"));
    registry.addIn(ExecutorRegistry::microsoft, "FastGelu", 1, biasedGelu("tanh"));
    registry.addIn(ExecutorRegistry::microsoft, "BiasGelu", 1, biasedGelu("none"));
    registry.addIn(ExecutorRegistry::microsoft, "QuickGelu", 1,
                   withAlpha(1.702f, [](const at::Tensor& x, double a) { return x * at::sigmoid(x * a); }));
}

} // namespace hone
