// SPDX-License-Identifier: GPL-3.0-or-later
#include "graph/shape_window.h"

#include <algorithm>

namespace hone
{

Window readWindow(const RuleContext& node, std::vector<std::int64_t> kernel)
{
    const auto rank = kernel.size();
    Window window;
    window.kernel = std::move(kernel);
    window.strides = node.list("strides", rank, 1, 1);
    window.dilations = node.list("dilations", rank, 1, 1);
    const auto autoPad = node.node().stringAttribute("auto_pad", "NOTSET");
    window.padsToSame = autoPad == "SAME_UPPER" || autoPad == "SAME_LOWER";
    auto pads = autoPad == "NOTSET" ? node.list("pads", 2 * rank, 0, 0) : std::vector<std::int64_t>(2 * rank);
    window.padsBegin.assign(pads.begin(), pads.begin() + static_cast<std::ptrdiff_t>(rank));
    window.padsEnd.assign(pads.begin() + static_cast<std::ptrdiff_t>(rank), pads.end());
    return window;
}

Shape slide(const RuleContext& node, const Window& window, const Shape& spatial, Rounding rounding)
{
    Shape result;
    for (std::size_t i = 0; i < spatial.size(); ++i) {
        if (!spatial[i].isFixed()) {
            const bool same = window.strides[i] == 1 && (window.padsToSame || window.padsBegin[i] + window.padsEnd[i] ==
                                                                                  window.dilations[i] * (window.kernel[i] - 1));
            result.push_back(same ? spatial[i] : Dim::free(""));
            continue;
        }
        const auto input = spatial[i].extent, stride = window.strides[i];
        if (window.padsToSame) {
            result.push_back(Dim::fixed((input + stride - 1) / stride));
            continue;
        }
        const auto room = input + window.padsBegin[i] + window.padsEnd[i] - window.dilations[i] * (window.kernel[i] - 1) - 1;
        if (room < 0)
            node.mismatch("a window of " + std::to_string(window.kernel[i]) + " over an extent of " + std::to_string(input));
        auto output = (rounding == Rounding::Up ? (room + stride - 1) / stride : room / stride) + 1;
        // A window that would start behind the input and its first pad isn't taken.
        if (rounding == Rounding::Up && (output - 1) * stride >= input + window.padsBegin[i])
            --output;
        result.push_back(Dim::fixed(output));
    }
    return result;
}

namespace
{

// Kernel extents of weights [M, C/group, k...], checked against the attribute.
std::vector<std::int64_t> kernelOf(const RuleContext& node, const Shape& weights)
{
    std::vector<std::int64_t> kernel;
    for (std::size_t i = 2; i < weights.size(); ++i) {
        if (!weights[i].isFixed() || weights[i].extent < 1 || weights[i].extent > largestParameter)
            node.mismatch("weights of shape " + toText(weights));
        kernel.push_back(weights[i].extent);
    }
    const auto declared = node.node().intsAttribute("kernel_shape", kernel);
    if (declared != kernel)
        node.mismatch("'kernel_shape' is " + toText(declared) + " and the weights' shape " + toText(weights));
    return kernel;
}

bool freeExtents(const Shape& weights)
{
    return std::any_of(weights.begin(), weights.end(), [](const Dim& dim) { return !dim.isFixed(); });
}

struct ConvolutionInputs
{
    std::size_t weights = 1; // which input
    DType output = DType::Undefined;
};

void convolve(RuleContext& node, const ConvolutionInputs& inputs)
{
    const auto &data = node.shape(0), &weights = node.shape(inputs.weights);
    if (!data || !weights || freeExtents(*weights)) {
        node.output(0, inputs.output, std::nullopt);
        return;
    }
    const auto text = "weights of shape " + toText(*weights) + " for an input of shape " + toText(*data);
    const auto group = node.node().intAttribute("group", 1);
    if (data->size() < 3 || data->size() != weights->size() || group < 1)
        node.mismatch(text);
    const auto outputs = (*weights)[0].extent, perGroup = (*weights)[1].extent;
    const auto& channels = (*data)[1];
    if (outputs % group != 0 || perGroup > largestParameter || group > largestParameter ||
        (channels.isFixed() && channels.extent != perGroup * group))
        node.mismatch(text + " in " + std::to_string(group) + (group == 1 ? " group" : " groups"));
    const auto window = readWindow(node, kernelOf(node, *weights));
    auto shape = slide(node, window, Shape(data->begin() + 2, data->end()), Rounding::Down);
    shape.insert(shape.begin(), {(*data)[0], Dim::fixed(outputs)});
    node.output(0, inputs.output, std::move(shape));
}

void convolution(RuleContext& node)
{
    convolve(node, {.output = node.dtype(0)});
}

void integerConvolution(RuleContext& node)
{
    convolve(node, {.output = DType::Int32});
}

void quantizedConvolution(RuleContext& node)
{
    convolve(node, {.weights = 3, .output = node.dtype(7)});
}

// (in - 1) * stride + output_padding + dilation * (k - 1) + 1 - pads, ONNX's ConvTranspose.
Shape transposedExtents(const RuleContext& node, const Window& window, const Shape& spatial)
{
    const auto rank = spatial.size();
    const auto extra = node.list("output_padding", rank, 0, 0);
    const auto wanted = node.node().intsAttribute("output_shape");
    if (!wanted.empty() && wanted.size() != rank)
        node.mismatch("'output_shape' is " + toText(wanted));
    Shape result;
    for (std::size_t i = 0; i < rank; ++i) {
        if (!wanted.empty()) {
            result.push_back(Dim::fixed(wanted[i]));
        } else if (!spatial[i].isFixed()) {
            result.push_back(Dim::free(""));
        } else if (window.padsToSame) {
            result.push_back(Dim::fixed(spatial[i].extent * window.strides[i]));
        } else {
            const auto extent = (spatial[i].extent - 1) * window.strides[i] + extra[i] + window.dilations[i] * (window.kernel[i] - 1) + 1 -
                                window.padsBegin[i] - window.padsEnd[i];
            if (extent < 1)
                node.mismatch("its output would have the extent " + std::to_string(extent));
            result.push_back(Dim::fixed(extent));
        }
    }
    return result;
}

void transposedConvolution(RuleContext& node)
{
    const auto &data = node.shape(0), &weights = node.shape(1);
    if (!data || !weights || freeExtents(*weights)) {
        node.output(0, node.dtype(0), std::nullopt);
        return;
    }
    node.requireRank(0, 3);
    const auto group = node.node().intAttribute("group", 1);
    const auto& channels = (*data)[1];
    if (data->size() != weights->size() || group < 1 || group > largestParameter || (*weights)[1].extent > largestParameter ||
        (channels.isFixed() && channels != (*weights)[0]) || (*weights)[0].extent % group != 0)
        node.mismatch("weights of shape " + toText(*weights) + " for an input of shape " + toText(*data));
    const auto window = readWindow(node, kernelOf(node, *weights));
    auto shape = transposedExtents(node, window, Shape(data->begin() + 2, data->end()));
    shape.insert(shape.begin(), {(*data)[0], Dim::fixed((*weights)[1].extent * group)});
    node.output(0, node.dtype(0), std::move(shape));
}

} // namespace

void addConvolutionRules(ShapeRules& rules)
{
    rules.add("", {"Conv", "DeformConv"}, convolution);
    rules.add("com.microsoft", {"FusedConv"}, convolution);
    rules.add("", {"ConvInteger"}, integerConvolution);
    rules.add("", {"QLinearConv"}, quantizedConvolution);
    rules.add("", {"ConvTranspose"}, transposedConvolution);
}

} // namespace hone
