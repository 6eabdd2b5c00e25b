// SPDX-License-Identifier: GPL-3.0-or-later
// Resize and Upsample: nearest and linear, one axis at a time, from the coordinates that ONNX's operator Resize defines.
#include "autograd/executors/support.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace hone
{

namespace
{

struct ResizeMode
{
    bool linear = false;
    std::string coordinates = "half_pixel";
    std::string nearest = "round_prefer_floor";
};

struct AxisResize
{
    std::int64_t from, to;
    double scale;
};

double sourceCoordinate(const std::string& mode, const AxisResize& resize, std::int64_t at)
{
    const auto x = static_cast<double>(at);
    const auto from = static_cast<double>(resize.from);
    const auto to = static_cast<double>(resize.to);
    if (mode == "align_corners")
        return resize.to == 1 ? 0 : x * (from - 1) / (to - 1);
    if (mode == "asymmetric")
        return x / resize.scale;
    if (mode == "pytorch_half_pixel" && resize.to == 1)
        return 0;
    if (mode == "half_pixel_symmetric") {
        const double adjustment = to / (resize.scale * from);
        return from / 2 * (1 - adjustment) + (x + 0.5) / resize.scale - 0.5;
    }
    return (x + 0.5) / resize.scale - 0.5;
}

std::int64_t nearestIndex(const std::string& mode, double x)
{
    if (mode == "floor")
        return static_cast<std::int64_t>(std::floor(x));
    if (mode == "ceil")
        return static_cast<std::int64_t>(std::ceil(x));
    if (mode == "round_prefer_ceil")
        return static_cast<std::int64_t>(std::floor(x + 0.5));
    return static_cast<std::int64_t>(std::ceil(x - 0.5));
}

at::Tensor resizedNearest(const at::Tensor& x, std::int64_t axis, const AxisResize& resize, const ResizeMode& mode)
{
    std::vector<std::int64_t> indices;
    for (std::int64_t i = 0; i < resize.to; ++i) {
        const auto index = nearestIndex(mode.nearest, sourceCoordinate(mode.coordinates, resize, i));
        indices.push_back(std::clamp<std::int64_t>(index, 0, resize.from - 1));
    }
    return x.index_select(axis, integerTensor(indices));
}

at::Tensor resizedLinear(const at::Tensor& x, std::int64_t axis, const AxisResize& resize, const ResizeMode& mode)
{
    std::vector<std::int64_t> lower, upper;
    std::vector<double> weights;
    for (std::int64_t i = 0; i < resize.to; ++i) {
        const double at = sourceCoordinate(mode.coordinates, resize, i);
        const auto below = static_cast<std::int64_t>(std::floor(at));
        lower.push_back(std::clamp<std::int64_t>(below, 0, resize.from - 1));
        upper.push_back(std::clamp<std::int64_t>(below + 1, 0, resize.from - 1));
        weights.push_back(at - static_cast<double>(below));
    }
    std::vector<std::int64_t> shape(static_cast<std::size_t>(x.dim()), 1);
    shape[static_cast<std::size_t>(axis)] = resize.to;
    const at::Tensor weight = at::tensor(weights, at::kDouble).to(x.scalar_type()).reshape(shape);
    const at::Tensor low = x.index_select(axis, integerTensor(lower));
    return low + (x.index_select(axis, integerTensor(upper)) - low) * weight;
}

at::Tensor resized(const at::Tensor& x, const std::vector<AxisResize>& axes, const ResizeMode& mode)
{
    const auto layout = x.suggest_memory_format();
    at::Tensor y = x;
    for (std::size_t i = 0; i < axes.size(); ++i) {
        if (axes[i].from == axes[i].to && axes[i].scale == 1)
            continue;
        const auto axis = static_cast<std::int64_t>(i);
        y = mode.linear ? resizedLinear(y, axis, axes[i], mode) : resizedNearest(y, axis, axes[i], mode);
    }
    return y.contiguous(layout);
}

std::vector<AxisResize> resizesByScales(const at::Tensor& x, const std::vector<double>& scales)
{
    std::vector<AxisResize> axes;
    for (std::size_t i = 0; i < scales.size(); ++i) {
        const std::int64_t from = x.size(static_cast<std::int64_t>(i));
        // In float, as ONNX Runtime does: 10 * 0.6f is 6 there and less than 6 in double.
        const float extent = static_cast<float>(from) * static_cast<float>(scales[i]);
        axes.push_back({from, static_cast<std::int64_t>(std::floor(extent)), scales[i]});
    }
    return axes;
}

std::vector<AxisResize> resizesBySizes(const at::Tensor& x, const std::vector<std::int64_t>& sizes)
{
    std::vector<AxisResize> axes;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        const std::int64_t from = x.size(static_cast<std::int64_t>(i));
        axes.push_back({from, sizes[i], static_cast<double>(sizes[i]) / static_cast<double>(from)});
    }
    return axes;
}

std::vector<double> numbersIn(const at::Tensor& tensor)
{
    const at::Tensor flat = tensor.detach().to(at::kDouble).contiguous();
    return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

bool isGiven(const NodeRun& run, std::size_t i)
{
    return run.hasInput(i) && run.input(i).numel() > 0;
}

// The scales or sizes of some axes spread over all of them; the others stay.
template<class T>
std::vector<T> overAllAxes(const std::vector<T>& given, const std::vector<std::int64_t>& axes, std::vector<T> all)
{
    if (axes.empty())
        return given;
    for (std::size_t i = 0; i < axes.size(); ++i)
        all[static_cast<std::size_t>(axisFromStart(axes[i], static_cast<std::int64_t>(all.size())))] = given.at(i);
    return all;
}

ResizeMode interpolationOf(const Node& node)
{
    const std::string mode = node.stringAttribute("mode", "nearest");
    if (mode != "nearest" && mode != "linear" && mode != "bilinear")
        throw NodeUnsupported{"mode=" + mode};
    ResizeMode result;
    result.linear = mode != "nearest";
    return result;
}

// Opsets 11 and on: inputs are x, roi, scales, sizes.
Executor makeResize(const NodeSpec& spec)
{
    ResizeMode mode = interpolationOf(spec.node);
    mode.coordinates = spec.node.stringAttribute("coordinate_transformation_mode", "half_pixel");
    mode.nearest = spec.node.stringAttribute("nearest_mode", "round_prefer_floor");
    if (mode.coordinates == "tf_crop_and_resize" || mode.coordinates == "tf_half_pixel_for_nn")
        throw NodeUnsupported{"coordinate_transformation_mode=" + mode.coordinates};
    if (spec.node.intAttribute("antialias", 0) != 0)
        throw NodeUnsupported{"antialias=1"};
    if (spec.node.stringAttribute("keep_aspect_ratio_policy", "stretch") != "stretch")
        throw NodeUnsupported{"keep_aspect_ratio_policy"};
    return [mode, axes = spec.node.intsAttribute("axes")](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        if (isGiven(run, 3)) {
            const auto sizes = overAllAxes(integersIn(run.input(3)), axes, x.sizes().vec());
            run.setOutput(0, resized(x, resizesBySizes(x, sizes), mode));
            return;
        }
        const std::vector<double> unchanged(static_cast<std::size_t>(x.dim()), 1);
        const auto scales = overAllAxes(numbersIn(run.input(2)), axes, unchanged);
        run.setOutput(0, resized(x, resizesByScales(x, scales), mode));
    };
}

// Upsample, and Resize in opset 10: scales in the second input (an attribute before opset 9), corners left aligned.
ExecutorFactory upsample(bool scalesAsInput)
{
    return [scalesAsInput](const NodeSpec& spec) -> Executor {
        ResizeMode mode = interpolationOf(spec.node);
        mode.coordinates = "asymmetric";
        mode.nearest = "floor";
        std::vector<double> fixed;
        const auto found = spec.node.attributes.find("scales");
        if (found != spec.node.attributes.end())
            if (const auto* scales = std::get_if<std::vector<float>>(&found->second))
                fixed.assign(scales->begin(), scales->end());
        return [mode, fixed, scalesAsInput](NodeRun& run) {
            const at::Tensor& x = run.input(0);
            run.setOutput(0, resized(x, resizesByScales(x, scalesAsInput ? numbersIn(run.input(1)) : fixed), mode));
        };
    };
}

} // namespace

void registerResizing(ExecutorRegistry& registry)
{
    registry.add("Upsample", 7, upsample(false));
    registry.add("Upsample", 9, upsample(true));
    registry.add("Resize", 10, upsample(true));
    registry.add("Resize", 11, makeResize);
}

} // namespace hone
