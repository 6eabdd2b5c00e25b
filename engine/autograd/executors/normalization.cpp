// SPDX-License-Identifier: GPL-3.0-or-later
// Batch, instance, layer, group and local response normalization.
#include "autograd/executors/support.h"

#include <ATen/ATen.h>

namespace hone
{

namespace
{

// [C, all the rest]
at::Tensor overChannels(const at::Tensor& x)
{
    return x.detach().transpose(0, 1).flatten(1);
}

// LibTorch 1.13's kernels for channels-last data handle whole vectors of channels well and the rest one by one: 5 ms backward for
// [64, 11, 32, 32] against 0.9 ms for 16 channels. Pruned models have such counts; in the other layout they cost what their size says,
// both ways of rearranging included.
class FastLayout
{
public:
    explicit FastLayout(const at::Tensor& x)
        : m_rearranged(x.is_cpu() && x.dim() == 4 && x.size(1) % vectorWidth != 0 &&
                       x.suggest_memory_format() == at::MemoryFormat::ChannelsLast)
    {}
    at::Tensor in(const at::Tensor& x) const { return m_rearranged ? x.contiguous() : x; }
    at::Tensor out(const at::Tensor& y) const { return m_rearranged ? y.contiguous(at::MemoryFormat::ChannelsLast) : y; }

private:
    static constexpr std::int64_t vectorWidth = 16; // of floats, in AVX-512
    bool m_rearranged;
};

// ONNX's momentum is the share that stays, LibTorch's the share that comes in: running = running * m + batch * (1 - m).
Executor makeBatchNormalization(const NodeSpec& spec)
{
    if (spec.opset < 9 && spec.node.intAttribute("spatial", 1) != 1)
        throw NodeUnsupported{"spatial=0"};
    const double keep = spec.node.floatAttribute("momentum", 0.9f);
    const double epsilon = spec.node.floatAttribute("epsilon", 1e-5f);
    const bool alwaysBatch = spec.opset >= 14 && spec.node.intAttribute("training_mode", 0) != 0;
    return [=](NodeRun& run) {
        if (run.hasOutput(1) && !alwaysBatch)
            throwUnfit("batch statistics are read as outputs");
        const bool training = run.mode() == Mode::Training;
        at::Tensor mean = run.input(3);
        at::Tensor variance = run.input(4);
        if (alwaysBatch && !training) {
            mean = mean.clone(); // batch statistics are used, but only training changes the running ones
            variance = variance.clone();
        }
        if (alwaysBatch) {
            run.setOutput(1, run.input(3) * keep + overChannels(run.input(0)).mean(1) * (1 - keep));
            run.setOutput(2, run.input(4) * keep + overChannels(run.input(0)).var(1, false) * (1 - keep));
        }
        const FastLayout layout(run.input(0));
        run.setOutput(0, layout.out(at::batch_norm(layout.in(run.input(0)), run.input(1), run.input(2), mean, variance,
                                                   training || alwaysBatch, 1 - keep, epsilon, false)));
    };
}

Executor makeInstanceNormalization(const NodeSpec& spec)
{
    const double epsilon = spec.node.floatAttribute("epsilon", 1e-5f);
    return [epsilon](NodeRun& run) {
        run.setOutput(0, at::instance_norm(run.input(0), run.input(1), run.input(2), {}, {}, true, 0, epsilon, false));
    };
}

Executor makeLayerNormalization(const NodeSpec& spec)
{
    const std::int64_t axis = spec.node.intAttribute("axis", -1);
    const double epsilon = spec.node.floatAttribute("epsilon", 1e-5f);
    return [=](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        const auto extents = x.sizes().slice(static_cast<std::size_t>(axisFromStart(axis, x.dim()))).vec();
        auto [y, mean, inverse] = at::native_layer_norm(x, extents, {}, {}, epsilon);
        y = y * run.input(1);
        if (run.hasInput(2))
            y = y + run.input(2);
        run.setOutput(0, y);
        if (run.hasOutput(1))
            run.setOutput(1, mean);
        if (run.hasOutput(2))
            run.setOutput(2, inverse);
    };
}

// Opset 18 has one scale a group, opset 21 one a channel.
Executor makeGroupNormalization(const NodeSpec& spec)
{
    const std::int64_t groups = spec.node.intAttribute("num_groups", 1);
    const double epsilon = spec.node.floatAttribute("epsilon", 1e-5f);
    return [=, perGroup = spec.opset < 21](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        at::Tensor scale = run.input(1);
        at::Tensor bias = run.input(2);
        if (perGroup) {
            scale = scale.repeat_interleave(x.size(1) / groups);
            bias = bias.repeat_interleave(x.size(1) / groups);
        }
        run.setOutput(0, at::group_norm(x, groups, scale, bias, epsilon, false));
    };
}

// y = x / (bias + alpha / size * sum of squares over `size` neighbouring channels) ^ beta
Executor makeLocalResponse(const NodeSpec& spec)
{
    const double alpha = spec.node.floatAttribute("alpha", 1e-4f);
    const double beta = spec.node.floatAttribute("beta", 0.75f);
    const double bias = spec.node.floatAttribute("bias", 1);
    const std::int64_t size = spec.node.intAttribute("size", 1);
    return [=](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        std::vector<std::int64_t> pads(static_cast<std::size_t>(2 * (x.dim() - 1)), 0);
        pads[pads.size() - 2] = (size - 1) / 2;
        pads[pads.size() - 1] = size - 1 - (size - 1) / 2;
        const at::Tensor squares = at::constant_pad_nd(x * x, pads, 0).unfold(1, size, 1).sum(-1);
        run.setOutput(0, x / (squares * (alpha / static_cast<double>(size)) + bias).pow(beta));
    };
}

Executor makeLpNormalization(const NodeSpec& spec)
{
    const std::int64_t axis = spec.node.intAttribute("axis", -1);
    const auto p = static_cast<double>(spec.node.intAttribute("p", 2));
    return [=](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        const at::Tensor norm = x.norm(p, {axisFromStart(axis, x.dim())}, true);
        run.setOutput(0, x / at::where(norm == 0, at::ones_like(norm), norm));
    };
}

// (x - mean) / (standard deviation + 1e-9) over the axes
Executor makeMeanVarianceNormalization(const NodeSpec& spec)
{
    return [axes = spec.node.intsAttribute("axes", {0, 2, 3})](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        const auto along = axesFromStart(axes, x.dim());
        run.setOutput(0, (x - x.mean(along, true)) / (x.var(at::OptionalIntArrayRef(along), false, true).sqrt() + 1e-9));
    };
}

// x / sqrt(mean of squares + epsilon) * scale, over the axes from one on
Executor makeRootMeanSquareNormalization(const NodeSpec& spec)
{
    const double epsilon = spec.node.floatAttribute("epsilon", 1e-5f);
    return [epsilon, axis = spec.node.intAttribute("axis", -1)](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        std::vector<std::int64_t> along;
        for (std::int64_t i = axisFromStart(axis, x.dim()); i < x.dim(); ++i)
            along.push_back(i);
        run.setOutput(0, x / ((x * x).mean(along, true) + epsilon).sqrt() * run.input(1));
    };
}

} // namespace

void registerNormalizations(ExecutorRegistry& registry)
{
    registry.add("BatchNormalization", 7, makeBatchNormalization);
    registry.add("InstanceNormalization", 6, makeInstanceNormalization);
    registry.add("LayerNormalization", 17, makeLayerNormalization);
    registry.add("GroupNormalization", 18, makeGroupNormalization);
    registry.add("LRN", 1, makeLocalResponse);
    registry.add("LpNormalization", 1, makeLpNormalization);
    registry.add("MeanVarianceNormalization", 9, makeMeanVarianceNormalization);
    registry.add("RMSNormalization", 23, makeRootMeanSquareNormalization);
}

} // namespace hone
