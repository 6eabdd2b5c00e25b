// SPDX-License-Identifier: GPL-3.0-or-later
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

Executor makeMaxPool(const NodeSpec& spec)
{
    if (spec.node.outputs.size() > 1 && spec.node.outputs[1].valid())
        throw NodeUnsupported{"Indices"};
    return [attributes = windowAttributes(spec.node)](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        const Extents input = spatialExtents(x);
        const Windows windows = windowsFor(attributes, attributes.kernel, input);
        if (canPadInside(windows) && !attributes.ceilMode) {
            run.setOutput(0, maxPool(x, windows, windows.padBegin));
            return;
        }
        const double lowest = -std::numeric_limits<double>::infinity();
        const at::Tensor padded = padSpatial(x, windows.padBegin, windows.touchedEnd(input), lowest);
        run.setOutput(0, maxPool(padded, windows, Extents(input.size(), 0)));
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
        return at::convolution(x, at::ones(shape, x.options()), {}, w.strides, none, w.dilations, false, none, x.size(1));
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

} // namespace

void registerPooling(ExecutorRegistry& registry)
{
    registry.add("MaxPool", 1, makeMaxPool);
    registry.add("AveragePool", 1, makeAveragePool);
    registry.add("GlobalAveragePool", 1, unary(globalMean));
    registry.add("GlobalMaxPool", 1, unary(globalMax));
}

} // namespace hone
