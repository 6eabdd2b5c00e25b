// SPDX-License-Identifier: GPL-3.0-or-later
// Other shapes for the same elements: Reshape, Flatten, Transpose, Squeeze, Unsqueeze, Expand, DepthToSpace.
#include "autograd/executors/support.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <functional>
#include <numeric>

namespace hone
{

namespace
{

using Extents = std::vector<std::int64_t>;

// 0 copies the input's extent (unless allowzero), -1 takes what is left.
Executor makeReshape(const NodeSpec& spec)
{
    return [allowZero = spec.node.intAttribute("allowzero", 0) != 0](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        Extents shape = integersIn(run.input(1));
        for (std::size_t i = 0; i < shape.size() && !allowZero; ++i)
            if (shape[i] == 0)
                shape[i] = x.size(static_cast<std::int64_t>(i));
        run.setOutput(0, x.reshape(shape));
    };
}

Executor makeFlatten(const NodeSpec& spec)
{
    return [axis = spec.node.intAttribute("axis", 1)](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        const std::int64_t split = axis < 0 ? axis + x.dim() : axis;
        std::int64_t rows = 1;
        std::int64_t columns = 1;
        for (std::int64_t i = 0; i < x.dim(); ++i)
            (i < split ? rows : columns) *= x.size(i);
        run.setOutput(0, x.reshape({rows, columns}));
    };
}

Executor makeTranspose(const NodeSpec& spec)
{
    return [given = spec.node.intsAttribute("perm"), isGiven = spec.node.hasAttribute("perm")](NodeRun& run) {
        Extents order = given;
        if (!isGiven) {
            order.resize(static_cast<std::size_t>(run.input(0).dim()));
            std::iota(order.rbegin(), order.rend(), 0);
        }
        run.setOutput(0, run.input(0).permute(order));
    };
}

Extents sortedAxes(Extents axes, std::int64_t rank)
{
    for (std::int64_t& axis : axes)
        axis = axisFromStart(axis, rank);
    std::sort(axes.begin(), axes.end());
    return axes;
}

// From opset 13 on, the axes are an input.
ExecutorFactory squeeze(bool axesAsInput)
{
    return [axesAsInput](const NodeSpec& spec) -> Executor {
        return [source = AxesSource(spec, "axes", 1, axesAsInput)](NodeRun& run) {
            at::Tensor x = run.input(0);
            if (!source.isGiven(run)) {
                run.setOutput(0, x.squeeze());
                return;
            }
            const Extents axes = sortedAxes(source.values(run), x.dim());
            for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis)
                x = x.select(*axis, 0);
            run.setOutput(0, x);
        };
    };
}

ExecutorFactory unsqueeze(bool axesAsInput)
{
    return [axesAsInput](const NodeSpec& spec) -> Executor {
        return [source = AxesSource(spec, "axes", 1, axesAsInput)](NodeRun& run) {
            at::Tensor x = run.input(0);
            const Extents given = source.values(run);
            for (const std::int64_t axis : sortedAxes(given, x.dim() + static_cast<std::int64_t>(given.size())))
                x = x.unsqueeze(axis);
            run.setOutput(0, x);
        };
    };
}

// Both shapes broadcast: an extent of 1 in the wanted shape keeps the input's.
at::Tensor expanded(const at::Tensor& x, const at::Tensor& wanted)
{
    Extents shape = integersIn(wanted);
    const auto rank = std::max<std::size_t>(shape.size(), static_cast<std::size_t>(x.dim()));
    shape.insert(shape.begin(), rank - shape.size(), 1);
    for (std::int64_t i = 1; i <= x.dim(); ++i)
        if (auto& extent = shape[rank - static_cast<std::size_t>(i)]; extent == 1)
            extent = x.size(-i);
    return x.expand(shape);
}

Executor makeDepthToSpace(const NodeSpec& spec)
{
    const std::int64_t block = spec.node.intAttribute("blocksize", 1);
    const bool columnsFirst = spec.node.stringAttribute("mode", "DCR") == "CRD";
    return [=](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        const auto n = x.size(0), c = x.size(1) / (block * block), h = x.size(2), w = x.size(3);
        const at::Tensor split = columnsFirst ? x.reshape({n, c, block, block, h, w}).permute({0, 1, 4, 2, 5, 3})
                                              : x.reshape({n, block, block, c, h, w}).permute({0, 3, 4, 1, 5, 2});
        run.setOutput(0, split.reshape({n, c, h * block, w * block}));
    };
}

Executor makeSpaceToDepth(const NodeSpec& spec)
{
    return [block = spec.node.intAttribute("blocksize", 1)](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        const auto n = x.size(0), c = x.size(1), h = x.size(2) / block, w = x.size(3) / block;
        run.setOutput(0, x.reshape({n, c, h, block, w, block}).permute({0, 3, 5, 1, 2, 4}).reshape({n, c * block * block, h, w}));
    };
}

} // namespace

void registerShaping(ExecutorRegistry& registry)
{
    registry.add("Reshape", 5, makeReshape);
    registry.add("Flatten", 1, makeFlatten);
    registry.add("Transpose", 1, makeTranspose);
    registry.add("Squeeze", 1, squeeze(false));
    registry.add("Squeeze", 13, squeeze(true));
    registry.add("Unsqueeze", 1, unsqueeze(false));
    registry.add("Unsqueeze", 13, unsqueeze(true));
    registry.add("Expand", 8, binary(expanded));
    registry.add("DepthToSpace", 1, makeDepthToSpace);
    registry.add("SpaceToDepth", 1, makeSpaceToDepth);
}

} // namespace hone
