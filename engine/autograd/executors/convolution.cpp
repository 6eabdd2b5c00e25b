// SPDX-License-Identifier: GPL-3.0-or-later
// Conv and ConvTranspose in one to three dimensions.
#include "autograd/executors/windows.h"
#include "autograd/precision.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace hone
{

namespace
{

bool readsEverySthPixelOnly(const Windows& windows)
{
    const auto isOne = [](std::int64_t extent) { return extent == 1; };
    const auto isZero = [](std::int64_t pad) { return pad == 0; };
    return std::ranges::all_of(windows.kernel, isOne) && std::ranges::all_of(windows.padBegin, isZero) &&
           std::ranges::all_of(windows.padEnd, isZero) && !std::ranges::all_of(windows.strides, isOne);
}

// The pixels that a 1x1 window with strides reads.
at::Tensor everySthPixel(at::Tensor x, const std::vector<std::int64_t>& strides)
{
    for (std::size_t axis = 0; axis < strides.size(); ++axis)
        x = x.slice(static_cast<std::int64_t>(axis) + 2, c10::nullopt, c10::nullopt, strides[axis]);
    return x.contiguous(x.suggest_memory_format());
}

Executor makeConv(const NodeSpec& spec)
{
    return [attributes = windowAttributes(spec.node), groups = spec.node.intAttribute("group", 1)](NodeRun& run) {
        const Windows windows = windowsFor(attributes, spatialExtents(run.input(1)), spatialExtents(run.input(0)));
        // The weight gradient of a strided convolution takes oneDNN, as LibTorch 1.13 has it, a hundred times as long in bf16.
        const bool exact = !readsEverySthPixelOnly(windows) && std::ranges::any_of(windows.strides, [](auto s) { return s != 1; });
        const auto operand = exact ? exactOperand : productOperand;
        const at::Tensor x = operand(run.input(0));
        const at::Tensor weight = operand(run.input(1));
        const c10::optional<at::Tensor> bias = run.hasInput(2) ? c10::optional<at::Tensor>(operand(run.input(2))) : c10::nullopt;
        const std::vector<std::int64_t> none(windows.kernel.size(), 0);
        // The weight gradient of a strided 1x1 convolution writes out of bounds in oneDNN as LibTorch 1.13 has it (AVX-512, channels
        // last, under 16 input channels, several threads, a batch that they don't divide). Without the stride it doesn't.
        if (readsEverySthPixelOnly(windows)) {
            const std::vector<std::int64_t> one(windows.kernel.size(), 1);
            run.setOutput(0, at::convolution(everySthPixel(x, windows.strides), weight, bias, one, none, one, false, none, groups));
            return;
        }
        // LibTorch pads both ends alike; anything else is padded before.
        const at::Tensor padded = windows.isSymmetric() ? x : padSpatial(x, windows.padBegin, windows.padEnd, 0);
        run.setOutput(0, at::convolution(padded, weight, bias, windows.strides, windows.isSymmetric() ? windows.padBegin : none,
                                         windows.dilations, false, none, groups));
    };
}

struct TransposedWindows
{
    std::vector<std::int64_t> strides, dilations, outputPadding, begin, outputs;
};

// ONNX, operator ConvTranspose: output = stride * (input - 1) + output_padding + window - pads, or the other way round.
TransposedWindows transposedWindows(const WindowAttributes& attributes, const std::vector<std::int64_t>& outputPadding,
                                    const std::vector<std::int64_t>& outputShape, const std::vector<std::int64_t>& kernel,
                                    const std::vector<std::int64_t>& input)
{
    const std::size_t axes = input.size();
    const auto orFill = [axes](const std::vector<std::int64_t>& values, std::int64_t fill) {
        return values.size() == axes ? values : std::vector<std::int64_t>(axes, fill);
    };
    TransposedWindows result{orFill(attributes.strides, 1), orFill(attributes.dilations, 1), orFill(outputPadding, 0), {}, {}};
    const bool same = attributes.autoPad == "SAME_UPPER" || attributes.autoPad == "SAME_LOWER";
    for (std::size_t i = 0; i < axes; ++i) {
        const std::int64_t full = result.strides[i] * (input[i] - 1) + result.outputPadding[i] + (kernel[i] - 1) * result.dilations[i] + 1;
        if (outputShape.size() >= axes || same) {
            const std::int64_t wanted =
                outputShape.size() >= axes ? outputShape[outputShape.size() - axes + i] : input[i] * result.strides[i];
            // An output larger than the windows reach gets its rest at the end.
            result.outputPadding[i] += std::max<std::int64_t>(0, wanted - full);
            const std::int64_t total = std::max<std::int64_t>(0, full - wanted);
            result.begin.push_back(attributes.autoPad == "SAME_UPPER" ? total / 2 : total - total / 2);
            result.outputs.push_back(wanted);
        } else if (attributes.autoPad != "VALID" && attributes.pads.size() == 2 * axes) {
            result.begin.push_back(attributes.pads[i]);
            result.outputs.push_back(full - attributes.pads[i] - attributes.pads[axes + i]);
        } else {
            result.begin.push_back(0);
            result.outputs.push_back(full);
        }
    }
    return result;
}

Executor makeConvTranspose(const NodeSpec& spec)
{
    return
        [attributes = windowAttributes(spec.node), groups = spec.node.intAttribute("group", 1),
         outputPadding = spec.node.intsAttribute("output_padding"), outputShape = spec.node.intsAttribute("output_shape")](NodeRun& run) {
            const at::Tensor& x = run.input(0);
            const at::Tensor& weight = run.input(1);
            const auto windows = transposedWindows(attributes, outputPadding, outputShape, spatialExtents(weight), spatialExtents(x));
            const std::vector<std::int64_t> none(windows.strides.size(), 0);
            at::Tensor y = at::convolution(x, weight, run.hasInput(2) ? c10::optional<at::Tensor>(run.input(2)) : c10::nullopt,
                                           windows.strides, none, windows.dilations, true, windows.outputPadding, groups);
            for (std::size_t i = 0; i < windows.outputs.size(); ++i)
                y = y.narrow(static_cast<std::int64_t>(i) + 2, windows.begin[i], windows.outputs[i]);
            run.setOutput(0, y);
        };
}

} // namespace

void registerConvolutions(ExecutorRegistry& registry)
{
    registry.add("Conv", 1, makeConv);
    registry.add("ConvTranspose", 1, makeConvTranspose);
}

} // namespace hone
