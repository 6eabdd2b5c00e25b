// SPDX-License-Identifier: GPL-3.0-or-later
// Elements kept, moved or summed by where they lie: Trilu, EyeLike, ReverseSequence, CenterCropPad, Col2Im.
#include "autograd/executors/support.h"
#include "autograd/executors/windows.h"
#include "autograd/torch_tensor.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>

namespace hone
{

namespace
{

using Extents = std::vector<std::int64_t>;

Executor makeTrilu(const NodeSpec& spec)
{
    return [upper = spec.node.intAttribute("upper", 1) != 0](NodeRun& run) {
        const std::int64_t diagonal = run.hasInput(1) ? integersIn(run.input(1)).at(0) : 0;
        run.setOutput(0, upper ? run.input(0).triu(diagonal) : run.input(0).tril(diagonal));
    };
}

Executor makeEyeLike(const NodeSpec& spec)
{
    const auto declared = static_cast<DType>(spec.node.intAttribute("dtype", 0));
    const std::int64_t diagonal = spec.node.intAttribute("k", 0);
    return [=](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        const at::Tensor rows = at::arange(x.size(0), at::kLong).unsqueeze(1);
        const at::Tensor isOne = at::arange(x.size(1), at::kLong).unsqueeze(0) - rows == diagonal;
        run.setOutput(0, declared == DType::Undefined ? isOne.to(x.scalar_type()) : castTo(isOne, declared));
    };
}

// The first elements of each sequence, as many as its length says, in reverse.
Executor makeReverseSequence(const NodeSpec& spec)
{
    const std::int64_t batchAxis = spec.node.intAttribute("batch_axis", 1);
    const std::int64_t timeAxis = spec.node.intAttribute("time_axis", 0);
    return [=](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        const at::Tensor byTime = x.movedim(Extents{timeAxis, batchAxis}, Extents{0, 1});
        const at::Tensor lengths = run.input(1).to(at::kLong).unsqueeze(0);
        const at::Tensor times = at::arange(byTime.size(0), at::kLong).unsqueeze(1);
        at::Tensor from = at::where(times < lengths, lengths - 1 - times, times);
        Extents shape(static_cast<std::size_t>(x.dim()), 1);
        shape[0] = from.size(0);
        shape[1] = from.size(1);
        from = from.reshape(shape).expand(byTime.sizes());
        run.setOutput(0, byTime.gather(0, from).movedim(Extents{0, 1}, Extents{timeAxis, batchAxis}));
    };
}

// Cut or padded with zeros alike at both ends, one more at the end where the difference is odd.
at::Tensor centered(const at::Tensor& x, std::int64_t axis, std::int64_t extent)
{
    const std::int64_t difference = extent - x.size(axis);
    if (difference <= 0)
        return x.narrow(axis, -difference / 2, extent);
    Extents lastAxisFirst(static_cast<std::size_t>(2 * x.dim()), 0);
    const auto place = static_cast<std::size_t>(2 * (x.dim() - 1 - axis));
    lastAxisFirst[place] = difference / 2;
    lastAxisFirst[place + 1] = difference - difference / 2;
    return at::constant_pad_nd(x, lastAxisFirst, 0);
}

Executor makeCenterCropPad(const NodeSpec& spec)
{
    return [given = spec.node.intsAttribute("axes"), hasAxes = spec.node.hasAttribute("axes")](NodeRun& run) {
        at::Tensor x = run.input(0);
        Extents axes = given;
        if (!hasAxes) {
            axes.resize(static_cast<std::size_t>(x.dim()));
            std::iota(axes.begin(), axes.end(), 0);
        }
        const Extents shape = integersIn(run.input(1));
        for (std::size_t i = 0; i < axes.size(); ++i)
            x = centered(x, axisFromStart(axes[i], x.dim()), shape.at(i));
        run.setOutput(0, x);
    };
}

// For each axis, where in the padded image each element of each block lies: [blocks' extent, number of blocks].
at::Tensor placesOf(const Windows& windows, std::size_t i)
{
    const at::Tensor within = at::arange(windows.kernel[i], at::kLong).unsqueeze(1) * windows.dilations[i];
    return within + at::arange(windows.outputs[i], at::kLong).unsqueeze(0) * windows.strides[i];
}

// Columns [N, C * block, L] summed into an image: the reverse of cutting it into blocks.
Executor makeCol2Im(const NodeSpec& spec)
{
    return [attributes = windowAttributes(spec.node)](NodeRun& run) {
        const at::Tensor& columns = run.input(0);
        const Extents image = integersIn(run.input(1));
        const Windows windows = windowsFor(attributes, integersIn(run.input(2)), image);
        const std::int64_t blockSize = productOf(windows.kernel);
        const std::int64_t channels = columns.size(1) / blockSize;
        // Flat places in the padded image, in the order of the columns' elements: all of a block's axes, then all blocks'.
        const std::size_t axes = image.size();
        Extents padded;
        for (std::size_t i = 0; i < axes; ++i)
            padded.push_back(image[i] + windows.padBegin[i] + windows.padEnd[i]);
        at::Tensor places = at::zeros({1, 1}, at::kLong);
        for (std::size_t i = 0; i < axes; ++i) {
            const at::Tensor own = placesOf(windows, i);
            places = places.unsqueeze(1).unsqueeze(3) * padded[i] + own.unsqueeze(0).unsqueeze(2);
            places = places.reshape({places.size(0) * places.size(1), places.size(2) * places.size(3)});
        }
        const at::Tensor flat = columns.reshape({columns.size(0) * channels, -1});
        at::Tensor sums = at::zeros({flat.size(0), productOf(padded)}, columns.options().requires_grad(false));
        sums = sums.index_add(1, places.reshape({-1}), flat);
        Extents shape{columns.size(0), channels};
        shape.insert(shape.end(), padded.begin(), padded.end());
        at::Tensor y = sums.reshape(shape);
        for (std::size_t i = 0; i < axes; ++i)
            y = y.narrow(static_cast<std::int64_t>(i) + 2, windows.padBegin[i], image[i]);
        run.setOutput(0, y);
    };
}

} // namespace

void registerArrangement(ExecutorRegistry& registry)
{
    registry.add("Trilu", 14, makeTrilu);
    registry.add("EyeLike", 9, makeEyeLike);
    registry.add("ReverseSequence", 10, makeReverseSequence);
    registry.add("CenterCropPad", 18, makeCenterCropPad);
    registry.add("Col2Im", 18, makeCol2Im);
}

} // namespace hone
