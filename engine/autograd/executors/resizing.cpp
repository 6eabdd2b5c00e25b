// SPDX-License-Identifier: GPL-3.0-or-later
// Resize and Upsample: what size each axis gets, from which part of it.
#include "autograd/executors/interpolation.h"
#include "autograd/executors/support.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace hone
{

namespace
{

using Extents = std::vector<std::int64_t>;

// The output's extent along one axis, for scales.
AxisResize byScale(std::int64_t from, double scale, double regionStart, double regionEnd)
{
    // In float, as ONNX Runtime does: 10 * 0.6f is 6 there and less than 6 in double.
    const float extent = static_cast<float>(from) * static_cast<float>(regionEnd - regionStart) * static_cast<float>(scale);
    return {from, static_cast<std::int64_t>(std::floor(extent)), scale, regionStart, regionEnd};
}

AxisResize bySize(std::int64_t from, std::int64_t to)
{
    return {from, to, static_cast<double>(to) / static_cast<double>(from)};
}

bool isGiven(const NodeRun& run, std::size_t i)
{
    return run.hasInput(i) && run.input(i).numel() > 0;
}

// One scale for all axes: the smallest (or largest) that the sizes ask for.
void keepAspectRatio(std::vector<AxisResize>& axes, const Extents& which, const std::string& policy)
{
    double scale = axes[static_cast<std::size_t>(which.at(0))].scale;
    for (const std::int64_t axis : which) {
        const double own = axes[static_cast<std::size_t>(axis)].scale;
        scale = policy == "not_larger" ? std::min(scale, own) : std::max(scale, own);
    }
    for (const std::int64_t axis : which) {
        AxisResize& resize = axes[static_cast<std::size_t>(axis)];
        resize.to = static_cast<std::int64_t>(std::floor(scale * static_cast<double>(resize.from) + 0.5));
        resize.scale = scale;
    }
}

struct ResizeRequest
{
    Extents axes; // empty: all
    std::string aspectRatio;
};

// Opsets 11 and on: inputs are x, roi, scales, sizes; the roi's begins come before its ends.
std::vector<AxisResize> requestedAxes(const NodeRun& run, const ResizeRequest& request, bool crops)
{
    const at::Tensor& x = run.input(0);
    std::vector<AxisResize> axes;
    for (const std::int64_t extent : x.sizes())
        axes.push_back({extent, extent});
    Extents which = axesFromStart(request.axes, x.dim());
    for (std::int64_t i = 0; i < x.dim() && request.axes.empty(); ++i)
        which.push_back(i);
    const auto region = crops && isGiven(run, 1) ? numbersIn(run.input(1)) : std::vector<double>();
    const auto sizes = isGiven(run, 3) ? integersIn(run.input(3)) : Extents();
    const auto scales = sizes.empty() ? numbersIn(run.input(2)) : std::vector<double>();
    for (std::size_t i = 0; i < which.size(); ++i) {
        AxisResize& axis = axes[static_cast<std::size_t>(which[i])];
        const double start = region.empty() ? 0 : region.at(i), end = region.empty() ? 1 : region.at(which.size() + i);
        if (sizes.empty()) {
            axis = byScale(axis.from, scales.at(i), start, end);
        } else {
            axis = bySize(axis.from, sizes.at(i));
            axis.regionStart = start;
            axis.regionEnd = end;
        }
    }
    if (!sizes.empty() && request.aspectRatio != "stretch")
        keepAspectRatio(axes, which, request.aspectRatio);
    return axes;
}

ResizeMode modeOf(const Node& node)
{
    const std::string mode = node.stringAttribute("mode", "nearest");
    ResizeMode result;
    if (mode == "linear" || mode == "bilinear")
        result.interpolation = Interpolation::Linear;
    else if (mode == "cubic")
        result.interpolation = Interpolation::Cubic;
    else if (mode != "nearest")
        throw NodeUnsupported{"mode=" + mode};
    return result;
}

Executor makeResize(const NodeSpec& spec)
{
    ResizeMode mode = modeOf(spec.node);
    mode.coordinates = spec.node.stringAttribute("coordinate_transformation_mode", "half_pixel");
    mode.nearest = spec.node.stringAttribute("nearest_mode", "round_prefer_floor");
    mode.cubicCoefficient = spec.node.floatAttribute("cubic_coeff_a", -0.75f);
    mode.antialias = spec.node.intAttribute("antialias", 0) != 0;
    mode.excludeOutside = spec.node.intAttribute("exclude_outside", 0) != 0;
    mode.extrapolation = spec.node.floatAttribute("extrapolation_value", 0);
    const ResizeRequest request{spec.node.intsAttribute("axes"), spec.node.stringAttribute("keep_aspect_ratio_policy", "stretch")};
    return [mode, request](NodeRun& run) {
        const auto axes = requestedAxes(run, request, mode.coordinates == "tf_crop_and_resize");
        run.setOutput(0, resized(run.input(0), axes, mode));
    };
}

// Upsample, and Resize in opset 10: scales in the second input (an attribute before opset 9), corners left aligned.
ExecutorFactory upsample(bool scalesAsInput)
{
    return [scalesAsInput](const NodeSpec& spec) -> Executor {
        ResizeMode mode = modeOf(spec.node);
        mode.coordinates = "asymmetric";
        mode.nearest = "floor";
        const auto fixed = floatsAttribute(spec.node, "scales");
        return [mode, fixed = std::vector<double>(fixed.begin(), fixed.end()), scalesAsInput](NodeRun& run) {
            const at::Tensor& x = run.input(0);
            const auto scales = scalesAsInput ? numbersIn(run.input(1)) : fixed;
            std::vector<AxisResize> axes;
            for (std::size_t i = 0; i < scales.size(); ++i)
                axes.push_back(byScale(x.size(static_cast<std::int64_t>(i)), scales[i], 0, 1));
            run.setOutput(0, resized(x, axes, mode));
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
