// SPDX-License-Identifier: GPL-3.0-or-later
// Maximum, mean and p-norm over sliding windows and over everything, and MaxUnpool.
#include "autograd/executors/support.h"
#include "autograd/executors/windows.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>
#include <numeric>

namespace hone
{

namespace
{

using Extents = std::vector<std::int64_t>;

bool canPadInside(const Windows& windows)
{
    for (std::size_t i = 0; i < windows.kernel.size(); ++i)
        if (windows.padBegin[i] > windows.kernel[i] / 2)
            return false;
    return windows.isSymmetric();
}

at::Tensor maxPool(const at::Tensor& x, const Windows& w, const Extents& padding)
{
    switch (w.kernel.size()) {
    case 1: return at::max_pool1d(x, w.kernel, w.strides, padding, w.dilations);
    case 2: return at::max_pool2d(x, w.kernel, w.strides, padding, w.dilations);
    default: return at::max_pool3d(x, w.kernel, w.strides, padding, w.dilations);
    }
}

// With each maximum's place in its plane of x, counted row by row.
std::tuple<at::Tensor, at::Tensor> maxPoolWithPlaces(const at::Tensor& x, const Windows& w)
{
    const Extents none(w.kernel.size(), 0);
    switch (w.kernel.size()) {
    case 1: return at::max_pool1d_with_indices(x, w.kernel, w.strides, none, w.dilations);
    case 2: return at::max_pool2d_with_indices(x, w.kernel, w.strides, none, w.dilations);
    default: return at::max_pool3d_with_indices(x, w.kernel, w.strides, none, w.dilations);
    }
}

// Places in padded planes to ONNX's indices into the whole tensor; column-major within a plane where asked for.
at::Tensor wholeIndices(at::Tensor places, const Extents& padded, const Extents& input, const Windows& w, bool columnMajor)
{
    at::Tensor index = at::zeros_like(places);
    std::int64_t stride = 1;
    std::vector<at::Tensor> coordinates(input.size());
    for (std::size_t i = input.size(); i-- > 0;) {
        coordinates[i] = at::remainder(places, padded[i]) - w.padBegin[i];
        places = at::div(places, padded[i], "floor");
    }
    for (std::size_t step = 0; step < input.size(); ++step) {
        const std::size_t i = columnMajor ? step : input.size() - 1 - step;
        index = index + coordinates[i] * stride;
        stride *= input[i];
    }
    Extents planes(static_cast<std::size_t>(places.dim()), 1);
    planes[0] = places.size(0);
    planes[1] = places.size(1);
    return index + at::arange(places.size(0) * places.size(1), at::kLong).reshape(planes) * stride;
}

Executor makeMaxPool(const NodeSpec& spec)
{
    return [attributes = windowAttributes(spec.node), columnMajor = spec.node.intAttribute("storage_order", 0) != 0](NodeRun& run) {
        const at::ScalarType type = run.input(0).scalar_type();
        const at::Tensor x = at::isFloatingType(type) ? run.input(0) : run.input(0).to(at::kFloat); // eight-bit pictures
        const Extents input = spatialExtents(x);
        const Windows windows = windowsFor(attributes, attributes.kernel, input);
        const bool wantsPlaces = run.hasOutput(1);
        if (!wantsPlaces && canPadInside(windows) && !attributes.ceilMode) {
            run.setOutput(0, maxPool(x, windows, windows.padBegin).to(type));
            return;
        }
        const double lowest = -std::numeric_limits<double>::infinity();
        const at::Tensor padded = padSpatial(x, windows.padBegin, windows.touchedEnd(input), lowest);
        if (!wantsPlaces) {
            run.setOutput(0, maxPool(padded, windows, Extents(input.size(), 0)).to(type));
            return;
        }
        const auto [values, places] = maxPoolWithPlaces(padded, windows);
        run.setOutput(0, values.to(type));
        run.setOutput(1, wholeIndices(places, spatialExtents(padded), input, windows, columnMajor));
    };
}

// Elements back to where their indices say; the indices count in the extents that the attributes give, whatever the output's shape.
Executor makeMaxUnpool(const NodeSpec& spec)
{
    return [attributes = windowAttributes(spec.node)](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        const Extents input = spatialExtents(x);
        Extents shape{x.size(0), x.size(1)};
        for (std::size_t i = 0; i < input.size(); ++i) {
            const std::int64_t stride = i < attributes.strides.size() ? attributes.strides[i] : 1;
            const std::int64_t pads = attributes.pads.empty() ? 0 : attributes.pads.at(i) + attributes.pads.at(input.size() + i);
            shape.push_back((input[i] - 1) * stride + attributes.kernel.at(i) - pads);
        }
        at::Tensor y = at::zeros({productOf(shape)}, x.options().requires_grad(false));
        y = y.scatter(0, run.input(1).reshape({-1}), x.reshape({-1})).reshape(shape);
        if (run.hasInput(2)) {
            const Extents wanted = integersIn(run.input(2));
            Extents lastAxisFirst;
            for (std::size_t i = shape.size(); i-- > 0;)
                lastAxisFirst.insert(lastAxisFirst.end(), {0, wanted.at(i) - shape[i]});
            y = at::constant_pad_nd(y, lastAxisFirst, 0);
        }
        run.setOutput(0, y);
    };
}

bool allOnes(const Extents& values)
{
    return std::all_of(values.begin(), values.end(), [](std::int64_t value) { return value == 1; });
}

// The sum over each window; dilated ones through a convolution with ones.
at::Tensor sumPool(const at::Tensor& x, const Windows& w)
{
    const Extents none(w.kernel.size(), 0);
    if (!allOnes(w.dilations) || w.kernel.size() > 3) {
        Extents shape{x.size(1), 1};
        shape.insert(shape.end(), w.kernel.begin(), w.kernel.end());
        return at::convolution(x, at::ones(shape, x.options().requires_grad(false)), {}, w.strides, none, w.dilations, false, none,
                               x.size(1));
    }
    if (w.kernel.size() == 1)
        return at::avg_pool2d(x.unsqueeze(2), {1, w.kernel[0]}, {1, w.strides[0]}, {0, 0}, false, true, 1).squeeze(2);
    if (w.kernel.size() == 2)
        return at::avg_pool2d(x, w.kernel, w.strides, none, false, true, 1);
    return at::avg_pool3d(x, w.kernel, w.strides, none, false, true, 1);
}

Executor makeAveragePool(const NodeSpec& spec)
{
    const bool countPadding = spec.node.intAttribute("count_include_pad", 0) != 0;
    return [attributes = windowAttributes(spec.node), countPadding](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        const Extents input = spatialExtents(x);
        const Windows windows = windowsFor(attributes, attributes.kernel, input);
        if (input.size() == 2 && canPadInside(windows) && !attributes.ceilMode && allOnes(windows.dilations)) {
            run.setOutput(0, at::avg_pool2d(x, windows.kernel, windows.strides, windows.padBegin, false, countPadding));
            return;
        }
        const Extents end = windows.touchedEnd(input);
        Extents ones{1, 1};
        ones.insert(ones.end(), input.begin(), input.end());
        at::Tensor counted = at::ones(ones, x.options().requires_grad(false));
        const Extents none(input.size(), 0);
        if (countPadding) {
            // Declared padding counts; what ceil_mode adds behind it doesn't.
            counted = padSpatial(counted, windows.padBegin, windows.padEnd, 1);
            Extents rest = end;
            for (std::size_t i = 0; i < rest.size(); ++i)
                rest[i] -= windows.padEnd[i];
            counted = padSpatial(counted, none, rest, 0);
        } else {
            counted = padSpatial(counted, windows.padBegin, end, 0);
        }
        run.setOutput(0, sumPool(padSpatial(x, windows.padBegin, end, 0), windows) / sumPool(counted, windows));
    };
}

// (sum of |x|^p) ^ (1 / p)
Executor makeLpPool(const NodeSpec& spec)
{
    return [attributes = windowAttributes(spec.node), p = static_cast<double>(spec.node.intAttribute("p", 2))](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        const Extents input = spatialExtents(x);
        const Windows windows = windowsFor(attributes, attributes.kernel, input);
        const at::Tensor powers = padSpatial(x.abs().pow(p), windows.padBegin, windows.touchedEnd(input), 0);
        run.setOutput(0, sumPool(powers, windows).pow(1 / p));
    };
}

Extents spatialAxes(const at::Tensor& x)
{
    Extents axes(spatialExtents(x).size());
    std::iota(axes.begin(), axes.end(), 2);
    return axes;
}

at::Tensor globalMean(const at::Tensor& x)
{
    return x.mean(spatialAxes(x), true);
}

at::Tensor globalMax(const at::Tensor& x)
{
    return x.amax(spatialAxes(x), true);
}

Executor makeGlobalLpPool(const NodeSpec& spec)
{
    return [p = spec.node.intAttribute("p", 2)](NodeRun& run) {
        run.setOutput(0, at::norm(run.input(0), p, spatialAxes(run.input(0)), true));
    };
}

} // namespace

void registerPooling(ExecutorRegistry& registry)
{
    registry.add("MaxPool", 1, makeMaxPool);
    registry.add("MaxUnpool", 9, makeMaxUnpool);
    registry.add("AveragePool", 1, makeAveragePool);
    registry.add("LpPool", 2, makeLpPool);
    registry.add("GlobalAveragePool", 1, unary(globalMean));
    registry.add("GlobalMaxPool", 1, unary(globalMax));
    registry.add("GlobalLpPool", 2, makeGlobalLpPool);
}

} // namespace hone
