// SPDX-License-Identifier: GPL-3.0-or-later
// Places in pictures: GridSample, AffineGrid, RoiAlign, MaxRoiPool.
#include "autograd/executors/support.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace hone
{

namespace
{

using Extents = std::vector<std::int64_t>;

// LibTorch's numbers of interpolations and paddings are the places in these lists.
std::int64_t placeIn(const std::vector<std::vector<std::string>>& list, const std::string& name, const std::string& attribute)
{
    for (std::size_t i = 0; i < list.size(); ++i)
        if (std::find(list[i].begin(), list[i].end(), name) != list[i].end())
            return static_cast<std::int64_t>(i);
    throw NodeUnsupported{attribute + "=" + name};
}

constexpr std::int64_t nearest = 1;

// The grid with its places at the middle of the nearest element, halves to even ones. LibTorch rounds halves away from zero in volumes.
at::Tensor snapped(const at::Tensor& grid, const at::Tensor& x, bool align)
{
    std::vector<at::Tensor> axes;
    for (std::int64_t i = 0; i < grid.size(-1); ++i) { // the last axis of x comes first
        const auto extent = static_cast<double>(x.size(-1 - i));
        const at::Tensor g = grid.select(-1, i);
        if (!align)
            axes.push_back(((((g + 1) * extent - 1) / 2).round() * 2 + 1) / extent - 1);
        else
            axes.push_back(extent > 1 ? ((g + 1) / 2 * (extent - 1)).round() * 2 / (extent - 1) - 1 : g);
    }
    return at::stack(axes, -1);
}

Executor makeGridSample(const NodeSpec& spec)
{
    const auto mode =
        placeIn({{"bilinear", "linear"}, {"nearest"}, {"bicubic", "cubic"}}, spec.node.stringAttribute("mode", "bilinear"), "mode");
    const auto padding =
        placeIn({{"zeros"}, {"border"}, {"reflection"}}, spec.node.stringAttribute("padding_mode", "zeros"), "padding_mode");
    return [=, align = spec.node.intAttribute("align_corners", 0) != 0](NodeRun& run) {
        const at::Tensor x = run.input(0).contiguous();
        const bool snaps = mode == nearest && x.dim() == 5;
        const at::Tensor grid = snaps ? snapped(run.input(1), x, align) : run.input(1).contiguous();
        run.setOutput(0, at::grid_sampler(x, grid, mode, padding, align));
    };
}

Executor makeAffineGrid(const NodeSpec& spec)
{
    return [align = spec.node.intAttribute("align_corners", 0) != 0](NodeRun& run) {
        run.setOutput(0, at::affine_grid_generator(run.input(0), integersIn(run.input(1)), align));
    };
}

struct RegionSettings
{
    std::int64_t height, width; // of the output
    std::int64_t samples;       // a side of each output element; 0: as many as the region has pixels there
    double scale;
    double offset;
    bool mayBeEmpty; // a region narrower than a pixel stays so
    bool maximum;
};

struct RegionSide
{
    double start, extent;
    std::int64_t outputs, samples;
};

// Where samples lie along one side: between which two pixels, and how far from the first. Too far outside counts for nothing.
struct Samples
{
    at::Tensor low, high, weight, counts;
};

Samples samplesAlong(const RegionSide& side, std::int64_t extent)
{
    Extents low, high;
    std::vector<double> weights, counts;
    const double step = side.extent / static_cast<double>(side.outputs * side.samples);
    for (std::int64_t i = 0; i < side.outputs * side.samples; ++i) {
        double at = side.start + (static_cast<double>(i) + 0.5) * step;
        const bool inside = at >= -1 && at <= static_cast<double>(extent);
        at = std::clamp(at, 0.0, static_cast<double>(extent - 1));
        const auto below = static_cast<std::int64_t>(at);
        low.push_back(below);
        high.push_back(std::min(below + 1, extent - 1));
        weights.push_back(at - static_cast<double>(below));
        counts.push_back(inside ? 1 : 0);
    }
    return {integerTensor(low), integerTensor(high), numberTensor(weights), numberTensor(counts)};
}

// picture [c, h, w] to [c, height, width]. The maximum is over the four weighted neighbours of all samples, as ONNX has it.
at::Tensor alignedRegion(const at::Tensor& picture, const RegionSide& rows, const RegionSide& columns, bool maximum)
{
    const Samples y = samplesAlong(rows, picture.size(1));
    const Samples x = samplesAlong(columns, picture.size(2));
    const at::Tensor counts = (y.counts.unsqueeze(1) * x.counts.unsqueeze(0)).to(picture.scalar_type());
    const auto corner = [&](const at::Tensor& row, const at::Tensor& column, const at::Tensor& weightY, const at::Tensor& weightX) {
        const at::Tensor weight = (weightY.unsqueeze(1) * weightX.unsqueeze(0)).to(picture.scalar_type()) * counts;
        return picture.index_select(1, row).index_select(2, column) * weight;
    };
    const Extents cut{picture.size(0), rows.outputs, rows.samples, columns.outputs, columns.samples};
    const at::Tensor a = corner(y.low, x.low, 1 - y.weight, 1 - x.weight), b = corner(y.low, x.high, 1 - y.weight, x.weight);
    const at::Tensor c = corner(y.high, x.low, y.weight, 1 - x.weight), d = corner(y.high, x.high, y.weight, x.weight);
    if (maximum)
        return at::maximum(at::maximum(a, b), at::maximum(c, d)).reshape(cut).amax(Extents{2, 4});
    return (a + b + c + d).reshape(cut).mean(Extents{2, 4});
}

RegionSide regionSide(double from, double to, std::int64_t outputs, const RegionSettings& settings)
{
    const double start = from * settings.scale - settings.offset;
    double extent = (to - from) * settings.scale;
    if (!settings.mayBeEmpty)
        extent = std::max(extent, 1.0);
    const auto samples =
        settings.samples > 0 ? settings.samples : static_cast<std::int64_t>(std::ceil(extent / static_cast<double>(outputs)));
    return {start, extent, outputs, std::max<std::int64_t>(samples, 1)};
}

at::Tensor stackedOr(const std::vector<at::Tensor>& parts, const Extents& emptyShape, const at::Tensor& like)
{
    return parts.empty() ? at::empty(emptyShape, like.options().requires_grad(false)) : at::stack(parts);
}

// Inputs X [n, c, h, w], regions [r, 4] as x1, y1, x2, y2, and which picture each lies in.
Executor makeRoiAlign(const NodeSpec& spec)
{
    const bool halfPixel = spec.opset >= 16 && spec.node.stringAttribute("coordinate_transformation_mode", "half_pixel") == "half_pixel";
    const RegionSettings settings{spec.node.intAttribute("output_height", 1),
                                  spec.node.intAttribute("output_width", 1),
                                  spec.node.intAttribute("sampling_ratio", 0),
                                  spec.node.floatAttribute("spatial_scale", 1),
                                  halfPixel ? 0.5 : 0.0,
                                  halfPixel,
                                  spec.node.stringAttribute("mode", "avg") == "max"};
    return [settings](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        const auto regions = numbersIn(run.input(1));
        const auto pictures = integersIn(run.input(2));
        std::vector<at::Tensor> parts;
        for (std::size_t i = 0; i < pictures.size(); ++i) {
            const double* corners = regions.data() + 4 * i;
            parts.push_back(alignedRegion(x.select(0, pictures[i]), regionSide(corners[1], corners[3], settings.height, settings),
                                          regionSide(corners[0], corners[2], settings.width, settings), settings.maximum));
        }
        run.setOutput(0, stackedOr(parts, {0, x.size(1), settings.height, settings.width}, x));
    };
}

// Pixels [first, last) of each output element along one side of a region whose corners are whole pixels.
std::vector<std::pair<std::int64_t, std::int64_t>> pooledSpans(double from, double to, std::int64_t outputs, std::int64_t extent)
{
    const auto start = static_cast<std::int64_t>(std::round(from));
    const double step = std::max(std::round(to) - std::round(from) + 1, 1.0) / static_cast<double>(outputs);
    std::vector<std::pair<std::int64_t, std::int64_t>> spans;
    for (std::int64_t i = 0; i < outputs; ++i) {
        const auto first = start + static_cast<std::int64_t>(std::floor(static_cast<double>(i) * step));
        const auto last = start + static_cast<std::int64_t>(std::ceil(static_cast<double>(i + 1) * step));
        spans.emplace_back(std::clamp<std::int64_t>(first, 0, extent), std::clamp<std::int64_t>(last, 0, extent));
    }
    return spans;
}

// Regions [r, 5]: which picture, then x1, y1, x2, y2. An output element without a pixel is 0.
Executor makeMaxRoiPool(const NodeSpec& spec)
{
    const auto shape = spec.node.intsAttribute("pooled_shape");
    if (shape.size() != 2)
        throw NodeUnsupported{"pooled_shape"};
    return [shape, scale = static_cast<double>(spec.node.floatAttribute("spatial_scale", 1))](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        const auto regions = numbersIn(run.input(1));
        std::vector<at::Tensor> parts;
        for (std::size_t i = 0; i + 5 <= regions.size(); i += 5) {
            const at::Tensor picture = x.select(0, static_cast<std::int64_t>(regions[i]));
            std::vector<at::Tensor> elements;
            for (const auto& [top, bottom] : pooledSpans(regions[i + 2] * scale, regions[i + 4] * scale, shape[0], x.size(2)))
                for (const auto& [left, right] : pooledSpans(regions[i + 1] * scale, regions[i + 3] * scale, shape[1], x.size(3)))
                    elements.push_back(bottom > top && right > left
                                           ? picture.narrow(1, top, bottom - top).narrow(2, left, right - left).amax(Extents{1, 2})
                                           : at::zeros({x.size(1)}, x.options().requires_grad(false)));
            parts.push_back(at::stack(elements, 1).reshape({x.size(1), shape[0], shape[1]}));
        }
        run.setOutput(0, stackedOr(parts, {0, x.size(1), shape[0], shape[1]}, x));
    };
}

} // namespace

void registerRegions(ExecutorRegistry& registry)
{
    registry.add("GridSample", 16, makeGridSample);
    registry.add("AffineGrid", 20, makeAffineGrid);
    registry.add("RoiAlign", 10, makeRoiAlign);
    registry.add("MaxRoiPool", 1, makeMaxRoiPool);
}

} // namespace hone
