// SPDX-License-Identifier: GPL-3.0-or-later
#include "autograd/executors/support.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>

namespace hone
{

namespace
{

struct AxisPadding
{
    std::int64_t axis, before, after;
};

at::Tensor paddedByConstant(const at::Tensor& x, const std::vector<AxisPadding>& paddings, const at::Scalar& value)
{
    std::vector<std::int64_t> lastAxisFirst(static_cast<std::size_t>(2 * x.dim()), 0);
    for (const auto& padding : paddings) {
        const auto place = static_cast<std::size_t>(2 * (x.dim() - 1 - padding.axis));
        lastAxisFirst[place] = padding.before;
        lastAxisFirst[place + 1] = padding.after;
    }
    return at::constant_pad_nd(x, lastAxisFirst, value);
}

at::Tensor paddedByContent(at::Tensor x, const std::vector<AxisPadding>& paddings, const std::string& mode)
{
    for (const auto& [axis, before, after] : paddings)
        if (before != 0 || after != 0)
            x = x.index_select(axis, integerTensor(paddedIndices(x.size(axis), before, after, mode)));
    return x;
}

// Begins of all axes, then ends; opset 18 may name the axes.
std::vector<AxisPadding> paddingsOf(std::vector<std::int64_t> pads, std::vector<std::int64_t> axes, std::int64_t rank)
{
    if (axes.empty()) {
        axes.resize(pads.size() / 2);
        std::iota(axes.begin(), axes.end(), 0);
    }
    std::vector<AxisPadding> paddings;
    for (std::size_t i = 0; i < axes.size(); ++i)
        paddings.push_back({axisFromStart(axes[i], rank), pads.at(i), pads.at(axes.size() + i)});
    return paddings;
}

ExecutorFactory pad(bool asInputs)
{
    return [asInputs](const NodeSpec& spec) -> Executor {
        return [asInputs, mode = spec.node.stringAttribute("mode", "constant"), pads = AxesSource(spec, "pads", 1, asInputs),
                axes = AxesSource(spec, "axes", 3, asInputs),
                fixedValue = static_cast<double>(spec.node.floatAttribute("value", 0))](NodeRun& run) {
            const at::Tensor& x = run.input(0);
            const auto paddings = paddingsOf(pads.values(run), axes.values(run), x.dim());
            if (mode != "constant") {
                run.setOutput(0, paddedByContent(x, paddings, mode));
                return;
            }
            at::Scalar value = fixedValue;
            if (asInputs)
                value = run.hasInput(2) ? run.input(2).item() : at::Scalar(0);
            run.setOutput(0, paddedByConstant(x, paddings, value));
        };
    };
}

} // namespace

void registerPadding(ExecutorRegistry& registry)
{
    registry.add("Pad", 2, pad(false));
    registry.add("Pad", 11, pad(true));
}

} // namespace hone
