// SPDX-License-Identifier: GPL-3.0-or-later
#include "autograd/executors/windows.h"

#include "autograd/executors/support.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace hone
{

WindowAttributes windowAttributes(const Node& node)
{
    WindowAttributes attributes;
    attributes.kernel = node.intsAttribute("kernel_shape");
    attributes.strides = node.intsAttribute("strides");
    attributes.dilations = node.intsAttribute("dilations");
    attributes.pads = node.intsAttribute("pads");
    attributes.autoPad = node.stringAttribute("auto_pad", "NOTSET");
    attributes.ceilMode = node.intAttribute("ceil_mode", 0) != 0;
    return attributes;
}

std::vector<std::int64_t> Windows::touchedEnd(const std::vector<std::int64_t>& input) const
{
    std::vector<std::int64_t> end(input.size());
    for (std::size_t i = 0; i < input.size(); ++i) {
        const std::int64_t window = (kernel[i] - 1) * dilations[i] + 1;
        end[i] = (outputs[i] - 1) * strides[i] + window - input[i] - padBegin[i];
    }
    return end;
}

namespace
{

std::vector<std::int64_t> orOnes(std::vector<std::int64_t> values, std::size_t count)
{
    if (values.size() != count)
        values.assign(count, 1);
    return values;
}

void padToSame(Windows& windows, std::size_t i, std::int64_t input, bool oddAtEnd)
{
    const std::int64_t window = (windows.kernel[i] - 1) * windows.dilations[i] + 1;
    const std::int64_t outputs = (input + windows.strides[i] - 1) / windows.strides[i];
    const std::int64_t total = std::max<std::int64_t>(0, (outputs - 1) * windows.strides[i] + window - input);
    windows.padBegin[i] = oddAtEnd ? total / 2 : total - total / 2;
    windows.padEnd[i] = total - windows.padBegin[i];
}

std::int64_t countWindows(const Windows& windows, std::size_t i, std::int64_t input, bool ceilMode)
{
    const std::int64_t window = (windows.kernel[i] - 1) * windows.dilations[i] + 1;
    const std::int64_t room = input + windows.padBegin[i] + windows.padEnd[i] - window;
    if (room < 0)
        throwUnfit("a window of " + std::to_string(window) + " on an extent of " + std::to_string(input));
    std::int64_t outputs = (room + (ceilMode ? windows.strides[i] - 1 : 0)) / windows.strides[i] + 1;
    // A window that would begin behind the input, in the padding at its end, isn't one.
    if (ceilMode && (outputs - 1) * windows.strides[i] >= input + windows.padBegin[i])
        --outputs;
    return outputs;
}

} // namespace

Windows windowsFor(const WindowAttributes& attributes, const std::vector<std::int64_t>& kernel, const std::vector<std::int64_t>& input)
{
    const std::size_t axes = input.size();
    Windows windows;
    windows.kernel = kernel;
    windows.strides = orOnes(attributes.strides, axes);
    windows.dilations = orOnes(attributes.dilations, axes);
    windows.padBegin.assign(axes, 0);
    windows.padEnd.assign(axes, 0);
    for (std::size_t i = 0; i < axes; ++i) {
        if (attributes.autoPad == "SAME_UPPER" || attributes.autoPad == "SAME_LOWER") {
            padToSame(windows, i, input[i], attributes.autoPad == "SAME_UPPER");
        } else if (attributes.autoPad != "VALID" && attributes.pads.size() == 2 * axes) {
            windows.padBegin[i] = attributes.pads[i];
            windows.padEnd[i] = attributes.pads[axes + i];
        }
        windows.outputs.push_back(countWindows(windows, i, input[i], attributes.ceilMode));
    }
    return windows;
}

at::Tensor padSpatial(const at::Tensor& x, const std::vector<std::int64_t>& begin, const std::vector<std::int64_t>& end, double value)
{
    const auto isZero = [](std::int64_t pad) { return pad == 0; };
    if (std::all_of(begin.begin(), begin.end(), isZero) && std::all_of(end.begin(), end.end(), isZero))
        return x;
    std::vector<std::int64_t> lastAxisFirst;
    for (std::size_t i = begin.size(); i-- > 0;) {
        lastAxisFirst.push_back(begin[i]);
        lastAxisFirst.push_back(end[i]);
    }
    return at::constant_pad_nd(x, lastAxisFirst, value);
}

std::vector<std::int64_t> spatialExtents(const at::Tensor& x)
{
    if (x.dim() < 3)
        throwUnfit("no spatial axes in an input of rank " + std::to_string(x.dim()));
    return x.sizes().slice(2).vec();
}

} // namespace hone
