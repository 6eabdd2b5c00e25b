// SPDX-License-Identifier: GPL-3.0-or-later
// Attention and RotaryEmbedding of opset 23.
#include "autograd/executors/support.h"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>

namespace hone
{

namespace
{

// [batch, sequence, heads * size] to [batch, heads, sequence, size]; four axes stay as they are.
at::Tensor byHeads(const at::Tensor& x, std::int64_t heads)
{
    if (x.dim() == 4)
        return x;
    if (heads <= 0)
        throwUnfit("an input of three axes needs the number of heads");
    return x.reshape({x.size(0), x.size(1), heads, -1}).transpose(1, 2);
}

struct AttentionSettings
{
    std::int64_t queryHeads, keyHeads, outputMode;
    bool causal, hasScale;
    double scale, softcap;
};

at::Tensor masked(const at::Tensor& scores, const NodeRun& run, bool causal, std::int64_t past)
{
    const double never = -std::numeric_limits<double>::infinity();
    at::Tensor result = scores;
    if (run.hasInput(3)) {
        const at::Tensor& mask = run.input(3);
        result = mask.scalar_type() == at::kBool ? result.masked_fill(mask.logical_not(), never) : result + mask;
    }
    if (causal) {
        const at::Tensor allowed = at::ones({scores.size(-2), scores.size(-1)}, at::kBool).tril(past);
        result = result.masked_fill(allowed.logical_not(), never);
    }
    return result;
}

// Inputs Q, K, V, mask, past K, past V. y = softmax(softcap(scale Q K' + mask)) V, keys shared by groups of query heads.
Executor makeAttention(const NodeSpec& spec)
{
    const Node& node = spec.node;
    const AttentionSettings settings{
        node.intAttribute("q_num_heads", 0),    node.intAttribute("kv_num_heads", 0), node.intAttribute("qk_matmul_output_mode", 0),
        node.intAttribute("is_causal", 0) != 0, node.hasAttribute("scale"),           node.floatAttribute("scale", 1),
        node.floatAttribute("softcap", 0)};
    return [settings](NodeRun& run) {
        const at::Tensor q = byHeads(run.input(0), settings.queryHeads);
        at::Tensor k = byHeads(run.input(1), settings.keyHeads), v = byHeads(run.input(2), settings.keyHeads);
        const std::int64_t past = run.hasInput(4) ? run.input(4).size(2) : 0;
        if (run.hasInput(4))
            k = at::cat({run.input(4), k}, 2);
        if (run.hasInput(5))
            v = at::cat({run.input(5), v}, 2);
        run.setOutput(1, k);
        run.setOutput(2, v);
        const std::int64_t group = q.size(1) / k.size(1);
        if (group > 1) {
            k = k.repeat_interleave(group, 1);
            v = v.repeat_interleave(group, 1);
        }
        const double scale = settings.hasScale ? settings.scale : 1 / std::sqrt(static_cast<double>(q.size(3)));
        at::Tensor stages[4];
        stages[0] = at::matmul(q, k.transpose(2, 3)) * scale;
        stages[1] = masked(stages[0], run, settings.causal, past);
        stages[2] = settings.softcap > 0 ? (stages[1] / settings.softcap).tanh() * settings.softcap : stages[1];
        stages[3] = stages[2].softmax(-1);
        const at::Tensor y = at::matmul(stages[3], v);
        run.setOutput(0, run.input(0).dim() == 3 ? y.transpose(1, 2).flatten(2) : y);
        if (run.hasOutput(3))
            run.setOutput(3, stages[settings.outputMode]);
    };
}

// Pairs of features turned by the angle of their position; caches are [positions, size / 2], or [batch, sequence, size / 2].
Executor makeRotaryEmbedding(const NodeSpec& spec)
{
    return [heads = spec.node.intAttribute("num_heads", 0), interleaved = spec.node.intAttribute("interleaved", 0) != 0,
            rotated = spec.node.intAttribute("rotary_embedding_dim", 0)](NodeRun& run) {
        const at::Tensor x = byHeads(run.input(0), heads);
        const auto cached = [&](std::size_t i) {
            const at::Tensor& cache = run.input(i);
            if (!run.hasInput(3))
                return cache.unsqueeze(1);
            const at::Tensor& positions = run.input(3);
            return cache.index_select(0, positions.reshape({-1})).reshape({positions.size(0), 1, positions.size(1), -1});
        };
        const std::int64_t size = rotated > 0 ? rotated : x.size(3);
        const at::Tensor turned = x.narrow(3, 0, size);
        const at::Tensor cosines = cached(1).narrow(-1, 0, size / 2), sines = cached(2).narrow(-1, 0, size / 2);
        const at::Tensor a = interleaved ? turned.slice(3, 0, c10::nullopt, 2) : turned.narrow(3, 0, size / 2);
        const at::Tensor b = interleaved ? turned.slice(3, 1, c10::nullopt, 2) : turned.narrow(3, size / 2, size / 2);
        const at::Tensor real = a * cosines - b * sines, imaginary = a * sines + b * cosines;
        at::Tensor y = interleaved ? at::stack({real, imaginary}, -1).flatten(-2) : at::cat({real, imaginary}, 3);
        y = at::cat({y, x.narrow(3, size, x.size(3) - size)}, 3);
        run.setOutput(0, run.input(0).dim() == 3 ? y.transpose(1, 2).flatten(2) : y);
    };
}

} // namespace

void registerAttention(ExecutorRegistry& registry)
{
    registry.add("Attention", 23, makeAttention);
    registry.add("RotaryEmbedding", 23, makeRotaryEmbedding);
}

} // namespace hone
