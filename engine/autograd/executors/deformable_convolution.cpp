// SPDX-License-Identifier: GPL-3.0-or-later
// DeformConv: a convolution whose windows read where offsets say, bilinearly (ONNX, operator DeformConv).
#include "autograd/executors/support.h"
#include "autograd/executors/windows.h"

#include <ATen/ATen.h>

namespace hone
{

namespace
{

// x [n, c, h, w] at whole rows and columns [n, oh, ow]; 0 beyond the picture.
at::Tensor elementsAt(const at::Tensor& x, const at::Tensor& rows, const at::Tensor& columns)
{
    const std::int64_t height = x.size(2), width = x.size(3);
    const at::Tensor inside = (rows >= 0).logical_and(rows < height).logical_and(columns >= 0).logical_and(columns < width);
    const at::Tensor flat = (rows.clamp(0, height - 1) * width + columns.clamp(0, width - 1)).flatten(1).unsqueeze(1);
    const at::Tensor picked = x.flatten(2).gather(2, flat.expand({-1, x.size(1), -1}));
    return picked.reshape({x.size(0), x.size(1), rows.size(1), rows.size(2)}) * inside.unsqueeze(1);
}

// Bilinear samples at any coordinates [n, oh, ow].
at::Tensor sampledAt(const at::Tensor& x, const at::Tensor& rows, const at::Tensor& columns)
{
    const at::Tensor top = rows.detach().floor(), left = columns.detach().floor();
    const at::Tensor down = (rows - top).unsqueeze(1), right = (columns - left).unsqueeze(1);
    const at::Tensor y = top.to(at::kLong), z = left.to(at::kLong);
    return (elementsAt(x, y, z) * (1 - right) + elementsAt(x, y, z + 1) * right) * (1 - down) +
           (elementsAt(x, y + 1, z) * (1 - right) + elementsAt(x, y + 1, z + 1) * right) * down;
}

struct DeformedWindows
{
    Windows windows;
    at::Tensor offsets, mask; // [n, groups, elements, (y and x,) oh, ow]; the mask may be undefined
};

// Columns [n, c, elements, oh, ow]: what each window element reads.
at::Tensor deformedColumns(const at::Tensor& x, const DeformedWindows& deformed)
{
    const Windows& w = deformed.windows;
    const std::int64_t groups = deformed.offsets.size(1);
    const auto options = x.options().requires_grad(false);
    const at::Tensor startRows = (at::arange(w.outputs[0], options) * w.strides[0] - w.padBegin[0]).unsqueeze(1);
    const at::Tensor startColumns = (at::arange(w.outputs[1], options) * w.strides[1] - w.padBegin[1]).unsqueeze(0);
    std::vector<at::Tensor> byGroup;
    const auto channels = x.chunk(groups, 1);
    for (std::int64_t group = 0; group < groups; ++group) {
        std::vector<at::Tensor> elements;
        for (std::int64_t i = 0; i < w.kernel[0] * w.kernel[1]; ++i) {
            const at::Tensor shift = deformed.offsets.select(1, group).select(1, i);
            const at::Tensor rows = shift.select(1, 0) + startRows + i / w.kernel[1] * w.dilations[0];
            const at::Tensor columns = shift.select(1, 1) + startColumns + i % w.kernel[1] * w.dilations[1];
            at::Tensor element = sampledAt(channels[static_cast<std::size_t>(group)], rows, columns);
            if (deformed.mask.defined())
                element = element * deformed.mask.select(1, group).select(1, i).unsqueeze(1);
            elements.push_back(element);
        }
        byGroup.push_back(at::stack(elements, 2));
    }
    return at::cat(byGroup, 1);
}

// Inputs X, W, offset, B, mask.
Executor makeDeformConv(const NodeSpec& spec)
{
    return [attributes = windowAttributes(spec.node), groups = spec.node.intAttribute("group", 1),
            offsetGroups = spec.node.intAttribute("offset_group", 1)](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        const at::Tensor& weight = run.input(1);
        if (x.dim() != 4)
            throwUnfit("a deformable convolution over an input of rank " + std::to_string(x.dim()));
        const Windows windows = windowsFor(attributes, spatialExtents(weight), spatialExtents(x));
        const std::int64_t n = x.size(0), elements = productOf(windows.kernel), places = productOf(windows.outputs);
        const at::Tensor offsets = run.input(2).reshape({n, offsetGroups, elements, 2, windows.outputs[0], windows.outputs[1]});
        const at::Tensor mask =
            run.hasInput(4) ? run.input(4).reshape({n, offsetGroups, elements, windows.outputs[0], windows.outputs[1]}) : at::Tensor();
        const at::Tensor columns = deformedColumns(x, {windows, offsets, mask}).reshape({n, groups, -1, places});
        at::Tensor y = at::matmul(weight.reshape({groups, weight.size(0) / groups, -1}), columns)
                           .reshape({n, weight.size(0), windows.outputs[0], windows.outputs[1]});
        if (run.hasInput(3))
            y = y + run.input(3).reshape({-1, 1, 1});
        run.setOutput(0, y);
    };
}

} // namespace

void registerDeformableConvolution(ExecutorRegistry& registry)
{
    registry.add("DeformConv", 19, makeDeformConv);
}

} // namespace hone
