// SPDX-License-Identifier: GPL-3.0-or-later
#include "autograd/executors/interpolation.h"

#include "autograd/executors/support.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace hone
{

namespace
{

double sourceCoordinate(const std::string& mode, const AxisResize& resize, std::int64_t at)
{
    const auto x = static_cast<double>(at);
    const auto from = static_cast<double>(resize.from);
    const auto to = static_cast<double>(resize.to);
    // ONNX's vectors take the scaled extent before it is rounded.
    if (mode == "align_corners")
        return resize.to == 1 ? 0 : x * (from - 1) / (resize.scale * from - 1);
    if (mode == "asymmetric")
        return x / resize.scale;
    if (mode == "pytorch_half_pixel" && resize.to == 1)
        return 0;
    if (mode == "tf_half_pixel_for_nn")
        return (x + 0.5) / resize.scale;
    if (mode == "tf_crop_and_resize") {
        if (resize.to == 1)
            return 0.5 * (resize.regionStart + resize.regionEnd) * (from - 1);
        return resize.regionStart * (from - 1) + x * (resize.regionEnd - resize.regionStart) * (from - 1) / (to - 1);
    }
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

// Linear without antialiasing: two elements each, which needs no matrix.
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
    const at::Tensor weight = numberTensor(weights).to(x.scalar_type()).reshape(shape);
    const at::Tensor low = x.index_select(axis, integerTensor(lower));
    return low + (x.index_select(axis, integerTensor(upper)) - low) * weight;
}

// The kernel at a distance; Keys' with the coefficient a for cubic.
double kernelAt(double distance, const ResizeMode& mode)
{
    const double x = std::abs(distance);
    if (mode.interpolation == Interpolation::Linear)
        return std::max(0.0, 1 - x);
    const double a = mode.cubicCoefficient;
    if (x <= 1)
        return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? ((x - 5) * x + 8) * x * a - 4 * a : 0;
}

// Row i: the weights of the old elements in the new element i. Antialiasing widens the kernel by how much the axis shrinks.
at::Tensor weightMatrix(const AxisResize& resize, const ResizeMode& mode)
{
    at::Tensor matrix = at::zeros({resize.to, resize.from}, at::kDouble);
    auto cells = matrix.accessor<double, 2>();
    const double stretch = mode.antialias ? std::min(resize.scale, 1.0) : 1;
    const double radius = mode.interpolation == Interpolation::Cubic ? 2 : 1;
    const auto first = static_cast<std::int64_t>(std::floor(-radius / stretch)) + 1;
    for (std::int64_t i = 0; i < resize.to; ++i) {
        const double at = sourceCoordinate(mode.coordinates, resize, i);
        const auto below = static_cast<std::int64_t>(std::floor(at));
        double sum = 0;
        for (std::int64_t tap = first; tap <= 1 - first; ++tap) {
            const std::int64_t index = below + tap;
            if (mode.excludeOutside && (index < 0 || index >= resize.from))
                continue;
            const double weight = kernelAt((static_cast<double>(index) - at) * stretch, mode);
            cells[i][std::clamp<std::int64_t>(index, 0, resize.from - 1)] += weight;
            sum += weight;
        }
        for (std::int64_t j = 0; j < resize.from && (mode.antialias || mode.excludeOutside); ++j)
            cells[i][j] /= sum;
    }
    return matrix;
}

at::Tensor resizedByMatrix(const at::Tensor& x, std::int64_t axis, const AxisResize& resize, const ResizeMode& mode)
{
    const at::Tensor matrix = weightMatrix(resize, mode).to(x.scalar_type());
    return at::matmul(x.transpose(axis, -1), matrix.t()).transpose(axis, -1);
}

// Elements whose place lies beyond the input become the extrapolation value.
at::Tensor extrapolated(const at::Tensor& y, std::int64_t axis, const AxisResize& resize, const ResizeMode& mode)
{
    std::vector<std::int64_t> isInside;
    for (std::int64_t i = 0; i < resize.to; ++i) {
        const double at = sourceCoordinate(mode.coordinates, resize, i);
        isInside.push_back(at >= 0 && at <= static_cast<double>(resize.from - 1) ? 1 : 0);
    }
    std::vector<std::int64_t> shape(static_cast<std::size_t>(y.dim()), 1);
    shape[static_cast<std::size_t>(axis)] = resize.to;
    return at::where(integerTensor(isInside).reshape(shape) != 0, y,
                     at::scalar_tensor(mode.extrapolation, y.options().requires_grad(false)));
}

} // namespace

at::Tensor resized(const at::Tensor& x, const std::vector<AxisResize>& axes, const ResizeMode& mode)
{
    const auto layout = x.suggest_memory_format();
    const bool crops = mode.coordinates == "tf_crop_and_resize";
    at::Tensor y = x;
    for (std::size_t i = 0; i < axes.size(); ++i) {
        const auto axis = static_cast<std::int64_t>(i);
        const bool whole = axes[i].regionStart == 0 && axes[i].regionEnd == 1;
        if (axes[i].from == axes[i].to && axes[i].scale == 1 && (!crops || whole))
            continue;
        if (mode.interpolation == Interpolation::Nearest)
            y = resizedNearest(y, axis, axes[i], mode);
        else if (mode.interpolation == Interpolation::Linear && !mode.antialias && !mode.excludeOutside)
            y = resizedLinear(y, axis, axes[i], mode);
        else
            y = resizedByMatrix(y, axis, axes[i], mode);
    }
    for (std::size_t i = 0; i < axes.size() && crops; ++i)
        y = extrapolated(y, static_cast<std::int64_t>(i), axes[i], mode);
    return y.contiguous(layout);
}

} // namespace hone
