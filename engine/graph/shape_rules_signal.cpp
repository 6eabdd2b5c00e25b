// SPDX-License-Identifier: GPL-3.0-or-later
// Transforms of signals and what goes with them. Complex numbers lie in a last axis of extent 2.
#include "graph/shape_rules.h"

namespace hone
{
namespace
{

Dim bins(const Dim& length, bool oneSided)
{
    if (!oneSided)
        return length;
    return length.isFixed() ? Dim::fixed(length.extent / 2 + 1) : Dim::free("");
}

Dim dimFrom(const RuleContext& node, std::size_t input)
{
    const auto& contents = node.contents(input);
    return contents && contents->size() == 1 ? toDim(contents->front()) : Dim::free("");
}

// The axis is an input since opset 20.
void dft(RuleContext& node)
{
    auto shape = node.shape(0);
    const bool axisAsInput = node.opset() >= 20;
    const auto given =
        axisAsInput && node.has(2) ? node.numbers(2) : std::optional(std::vector{axisAsInput ? -2 : node.node().intAttribute("axis", 1)});
    if (shape && shape->size() >= 2 && given && given->size() == 1) {
        auto& dim = (*shape)[node.axis(given->front(), shape->size())];
        dim = bins(node.has(1) ? dimFrom(node, 1) : dim, node.node().intAttribute("onesided", 0) != 0);
        shape->back() = Dim::fixed(2);
    } else if (shape) {
        *shape = Shape(shape->size(), Dim::free(""));
    }
    node.output(0, node.dtype(0), std::move(shape));
}

// Signal [batch, length, 1 or 2] to [batch, frames, bins, 2].
void shortTimeTransform(RuleContext& node)
{
    const auto& signal = node.shape(0);
    if (!signal || signal->size() < 2) {
        node.output(0, node.dtype(0), std::nullopt);
        return;
    }
    const auto step = dimFrom(node, 1);
    auto length = node.has(3) ? dimFrom(node, 3) : (*signal)[1];
    if (!node.has(3) && node.has(2))
        length = node.shape(2) && node.shape(2)->size() == 1 ? node.shape(2)->front() : Dim::free("");
    auto frames = Dim::free("");
    if (step.isFixed() && step.extent > 0 && length.isFixed() && (*signal)[1].isFixed() && (*signal)[1].extent >= length.extent)
        frames = Dim::fixed(((*signal)[1].extent - length.extent) / step.extent + 1);
    node.output(0, node.dtype(0), Shape{(*signal)[0], frames, bins(length, node.node().intAttribute("onesided", 1) != 0), Dim::fixed(2)});
}

void window(RuleContext& node)
{
    node.output(0, static_cast<DType>(node.node().intAttribute("output_datatype", 1)), Shape{dimFrom(node, 0)});
}

void melWeights(RuleContext& node)
{
    node.output(0, static_cast<DType>(node.node().intAttribute("output_datatype", 1)),
                Shape{bins(dimFrom(node, 1), true), dimFrom(node, 0)});
}

} // namespace

void addSignalRules(ShapeRules& rules)
{
    rules.add("", {"DFT"}, dft);
    rules.add("", {"STFT"}, shortTimeTransform);
    rules.add("", {"HannWindow", "HammingWindow", "BlackmanWindow"}, window);
    rules.add("", {"MelWeightMatrix"}, melWeights);
}

} // namespace hone
