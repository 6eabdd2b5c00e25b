// SPDX-License-Identifier: GPL-3.0-or-later
// FakeQuantize (graph/fake_quantize.h) with the gradients of learned step sizes (Esser et al. 2020, "Learned step size quantization"):
// with v = x / scale, n = lowest - zeroPoint and p = highest - zeroPoint,
//
//     dy/dx     = 1 where n < v < p, otherwise 0
//     dy/dscale = round(v) - v where n < v < p, n where v <= n, p where v >= p
//
// and the scale's gradient times 1 / sqrt(N Q), so that scales and weights move alike (section 2.2): N are the elements of one sample,
// or of a weight, that share the scale, Q the grid's longer side in steps.
#include "graph/fake_quantize.h"
#include "autograd/executors/quantized.h"
#include "autograd/torch_tensor.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include <torch/csrc/autograd/custom_function.h>

namespace hone
{
namespace
{

struct Grid
{
    std::int64_t axis;
    float lowest, highest; // in steps from zero
    bool ofConstant;       // a weight: all its elements count, not those of a sample

    double gradientFactor(const at::Tensor& x, const at::Tensor& scale) const
    {
        const std::int64_t shared =
            ofConstant || x.dim() == 0 ? x.numel() / scale.numel() : x.numel() / std::max<std::int64_t>(1, x.size(0));
        const double longer = std::max(-lowest, highest);
        return 1 / std::sqrt(static_cast<double>(std::max<std::int64_t>(1, shared)) * longer);
    }
};

// Elements that are added up at once: the sum depends neither on the number of threads nor on how they share the work.
constexpr std::int64_t chunk = 1 << 14;
constexpr std::int64_t lanes = 16; // sums of a chunk side by side, as wide as the processor likes

// Half to even for what the grid has room for: beyond 2^23 a float has no fraction bits left to round.
inline float rounded(float v)
{
    constexpr float shift = 12582912; // 1.5 * 2^23
    return (v + shift) - shift;
}

// NaN stays NaN.
inline float clipped(float v, float lowest, float highest)
{
    return v < lowest ? lowest : v > highest ? highest : v;
}

// One scale, and memory that may be walked through in whatever order it lies.
bool isPlain(const at::Tensor& x, const at::Tensor& scale)
{
    return scale.numel() == 1 && x.is_cpu() && x.scalar_type() == at::kFloat && scale.scalar_type() == at::kFloat &&
           x.is_non_overlapping_and_dense();
}

at::Tensor plainForward(const at::Tensor& x, float scale, const Grid& grid)
{
    at::Tensor y = at::empty_like(x);
    const float* from = x.data_ptr<float>();
    float* to = y.data_ptr<float>();
    at::parallel_for(0, x.numel(), chunk, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i)
            to[i] = rounded(clipped(from[i] / scale, grid.lowest, grid.highest)) * scale;
    });
    return y;
}

struct Gradients
{
    at::Tensor x, scale;
};

Gradients plainBackward(const at::Tensor& x, float scale, const at::Tensor& gradient, const Grid& grid)
{
    at::Tensor ofX = at::empty_like(x);
    const float* values = x.data_ptr<float>();
    const float* given = gradient.data_ptr<float>();
    float* to = ofX.data_ptr<float>();
    const std::int64_t count = x.numel();
    std::vector<double> sums(static_cast<std::size_t>((count + chunk - 1) / chunk));
    at::parallel_for(0, static_cast<std::int64_t>(sums.size()), 1, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t part = first; part < last; ++part) {
            std::array<float, lanes> sum{};
            const auto add = [&](std::int64_t i, std::int64_t lane) {
                const float v = values[i] / scale;
                const bool inside = v > grid.lowest && v < grid.highest;
                const float onGrid = rounded(clipped(v, grid.lowest, grid.highest));
                to[i] = inside ? given[i] : 0.0f;
                sum[static_cast<std::size_t>(lane)] += given[i] * (inside ? onGrid - v : onGrid);
            };
            const std::int64_t begin = part * chunk, end = std::min(count, begin + chunk), whole = end - (end - begin) % lanes;
            for (std::int64_t i = begin; i < whole; i += lanes)
                for (std::int64_t lane = 0; lane < lanes; ++lane)
                    add(i + lane, lane);
            for (std::int64_t i = whole; i < end; ++i)
                add(i, i - whole);
            sums[static_cast<std::size_t>(part)] = std::accumulate(sum.begin(), sum.end(), 0.0);
        }
    });
    double sum = 0;
    for (const double part : sums)
        sum += part;
    return {ofX, at::full({1}, sum, x.options())};
}

at::Tensor generalForward(const at::Tensor& x, const at::Tensor& scale, const Grid& grid)
{
    const at::Tensor steps = alongAxis(scale, x, grid.axis);
    return (x / steps).clamp(grid.lowest, grid.highest).round() * steps;
}

Gradients generalBackward(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& gradient, const Grid& grid)
{
    const at::Tensor steps = alongAxis(scale, x, grid.axis);
    const at::Tensor v = x / steps;
    const at::Tensor inside = v.gt(grid.lowest).logical_and(v.lt(grid.highest));
    const at::Tensor onGrid = v.clamp(grid.lowest, grid.highest).round();
    const at::Tensor ofScale = gradient * at::where(inside, onGrid - v, onGrid);
    return {gradient * inside, (steps.dim() == 0 ? ofScale.sum() : ofScale.sum_to_size(steps.sizes())).reshape(scale.sizes())};
}

class FakeQuantize : public torch::autograd::Function<FakeQuantize>
{
public:
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& scale, const Grid& grid)
    {
        context->save_for_backward({x, scale});
        context->saved_data["axis"] = grid.axis;
        context->saved_data["lowest"] = static_cast<double>(grid.lowest);
        context->saved_data["highest"] = static_cast<double>(grid.highest);
        context->saved_data["ofConstant"] = grid.ofConstant;
        return isPlain(x, scale) ? plainForward(x, scale.item<float>(), grid) : generalForward(x, scale, grid);
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, torch::autograd::variable_list outputs)
    {
        const auto saved = context->get_saved_variables();
        const at::Tensor &x = saved[0], &scale = saved[1];
        const Grid grid{context->saved_data["axis"].toInt(), static_cast<float>(context->saved_data["lowest"].toDouble()),
                        static_cast<float>(context->saved_data["highest"].toDouble()), context->saved_data["ofConstant"].toBool()};
        const bool plain = isPlain(x, scale);
        at::Tensor gradient = outputs[0];
        if (plain && gradient.strides() != x.strides())
            gradient = at::empty_like(x).copy_(gradient); // memory is walked through in x's order
        const Gradients found = plain ? plainBackward(x, scale.item<float>(), gradient, grid) : generalBackward(x, scale, gradient, grid);
        return {found.x, found.scale * grid.gradientFactor(x, scale), at::Tensor()};
    }
};

Executor makeFakeQuantize(const NodeSpec& spec)
{
    const auto zeroPoint = spec.node.intAttribute("zeroPoint", 0);
    const auto lowest = spec.node.intAttribute("lowest", 0) - zeroPoint;
    const auto highest = spec.node.intAttribute("highest", 255) - zeroPoint;
    constexpr std::int64_t widest = 1 << 16;
    if (lowest > 0 || highest < 0 || lowest == highest || highest - lowest > widest)
        throw NodeUnsupported{"from " + std::to_string(lowest) + " to " + std::to_string(highest)};
    const Grid grid{spec.node.intAttribute("axis", 0), static_cast<float>(lowest), static_cast<float>(highest),
                    spec.graph.isConstant(spec.node.input(0))};
    return [grid](NodeRun& run) { run.setOutput(0, FakeQuantize::apply(run.input(0), run.input(1), grid)); };
}

} // namespace

void registerFakeQuantization(ExecutorRegistry& registry)
{
    registry.addIn(honeDomain, "FakeQuantize", 1, makeFakeQuantize);
}

} // namespace hone
