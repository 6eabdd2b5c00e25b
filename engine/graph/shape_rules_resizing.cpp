// SPDX-License-Identifier: GPL-3.0-or-later
// Operators that make a tensor longer or shorter along its axes.
#include "graph/shape_rules.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace hone
{
namespace
{

// Axes that a list speaks of: all of them where the operator names none; nullopt where it names unknown ones.
std::optional<std::vector<std::size_t>> axesFrom(const RuleContext& node, std::size_t input, std::size_t rank)
{
    std::vector<std::size_t> axes(rank);
    std::iota(axes.begin(), axes.end(), std::size_t{0});
    if (!node.hasList(input, "axes"))
        return axes;
    const auto given = node.listFrom(input, "axes");
    if (!given)
        return std::nullopt;
    axes.clear();
    for (const auto value : *given)
        axes.push_back(node.axis(value, rank));
    return axes;
}

Shape allFree(const Shape& shape)
{
    return Shape(shape.size(), Dim::free(""));
}

void pad(RuleContext& node)
{
    auto shape = node.shape(0);
    if (shape) {
        const auto pads = node.listFrom(1, "pads");
        const auto axes = axesFrom(node, 3, shape->size());
        if (pads && axes) {
            const auto count = axes->size();
            if (pads->size() != 2 * count)
                node.mismatch("pads " + toText(*pads) + " for an input of shape " + toText(*shape));
            for (std::size_t i = 0; i < count; ++i) {
                auto& dim = (*shape)[(*axes)[i]];
                const auto before = (*pads)[i], after = (*pads)[i + count];
                if (std::abs(before) > largestParameter || std::abs(after) > largestParameter ||
                    (dim.isFixed() && dim.extent + before + after < 0))
                    node.mismatch("pads " + toText(*pads) + " for an input of shape " + toText(*node.shape(0)));
                if (before + after != 0)
                    dim = dim.isFixed() ? Dim::fixed(dim.extent + before + after) : Dim::free("");
            }
        } else {
            shape = allFree(*shape);
        }
    }
    node.output(0, node.dtype(0), std::move(shape));
}

struct SliceRange
{
    std::int64_t start;
    std::int64_t end;
    std::int64_t step;
};

// Indices behind an end count from it, and past one stop at it (ONNX's Slice).
std::int64_t slicedFrom(const SliceRange& range, std::int64_t extent, std::int64_t& start)
{
    if (extent == 0)
        return 0;
    const auto clamp = [&](std::int64_t index, std::int64_t low, std::int64_t high) {
        return std::clamp(index < 0 ? index + extent : index, low, high);
    };
    const bool forward = range.step > 0;
    start = forward ? clamp(range.start, 0, extent) : clamp(range.start, 0, extent - 1);
    const auto end = forward ? clamp(range.end, 0, extent) : clamp(range.end, -1, extent - 1);
    if (forward ? end <= start : end >= start)
        return 0;
    const auto distance = forward ? end - start : start - end;
    const auto step = forward ? range.step : range.step == INT64_MIN ? INT64_MAX : -range.step;
    return (distance - 1) / step + 1;
}

// Elements of a list, rows of a matrix.
void sliceContents(RuleContext& node, std::size_t axis, const SliceRange& range)
{
    const auto& contents = node.contents(0);
    const auto& shape = node.shape(0);
    if (!contents || !shape || axis != 0 || shape->empty() || shape->size() > 2 || contents->empty())
        return;
    const std::int64_t each = shape->size() == 1 ? 1 : shape->back().extent;
    const auto all = static_cast<std::int64_t>(contents->size());
    if (each < 1 || all % each != 0)
        return;
    std::int64_t start = 0;
    const auto count = slicedFrom(range, all / each, start);
    Contents result;
    for (std::int64_t i = 0; i < count * each; ++i)
        result.push_back((*contents)[static_cast<std::size_t>((start + i / each * range.step) * each + i % each)]);
    node.outputContents(0, std::move(result));
}

void slice(RuleContext& node)
{
    auto shape = node.shape(0);
    if (!shape) {
        node.output(0, node.dtype(0), std::nullopt);
        return;
    }
    const auto starts = node.listFrom(1, "starts"), ends = node.listFrom(2, "ends");
    auto axes = axesFrom(node, 3, shape->size());
    const auto steps = node.has(4) ? node.numbers(4) : std::optional(std::vector<std::int64_t>(starts ? starts->size() : 0, 1));
    if (!axes) {
        node.output(0, node.dtype(0), allFree(*shape));
        return;
    }
    if (!starts || !ends || !steps) {
        for (const auto axis : *axes)
            (*shape)[axis] = Dim::free("");
        node.output(0, node.dtype(0), std::move(shape));
        return;
    }
    if (!node.hasList(3, "axes"))
        axes->resize(std::min(axes->size(), starts->size()));
    if (starts->size() != axes->size() || ends->size() != axes->size() || steps->size() != axes->size())
        node.mismatch("starts " + toText(*starts) + " and ends " + toText(*ends) + " for an input of shape " + toText(*shape));
    for (std::size_t i = 0; i < axes->size(); ++i) {
        const SliceRange range{(*starts)[i], (*ends)[i], (*steps)[i]};
        if (range.step == 0)
            node.mismatch("a step of 0");
        auto& dim = (*shape)[(*axes)[i]];
        const bool whole = range.start == 0 && range.end >= INT32_MAX && range.step == 1;
        std::int64_t start = 0;
        if (dim.isFixed())
            dim = Dim::fixed(slicedFrom(range, dim.extent, start));
        else if (!whole)
            dim = Dim::free("");
        if (axes->size() == 1)
            sliceContents(node, (*axes)[i], range);
    }
    node.output(0, node.dtype(0), std::move(shape));
}

void expand(RuleContext& node)
{
    std::optional<Shape> shape;
    if (node.shape(0) && node.contents(1)) {
        Shape target;
        for (const auto& element : *node.contents(1))
            target.push_back(toDim(element));
        shape = node.broadcast(*node.shape(0), target);
    }
    if (shape && shape->size() == 1 && (*shape)[0].isFixed() && node.contents(0) && node.contents(0)->size() == 1 &&
        (*shape)[0].extent <= static_cast<std::int64_t>(mostContents))
        node.outputContents(0, Contents(static_cast<std::size_t>((*shape)[0].extent), node.contents(0)->front()));
    node.output(0, node.dtype(0), std::move(shape));
}

void tile(RuleContext& node)
{
    auto shape = node.shape(0);
    if (shape && node.contents(1)) {
        const auto& repeats = *node.contents(1);
        if (repeats.size() != shape->size())
            node.mismatch(std::to_string(repeats.size()) + " repeats for an input of shape " + toText(*shape));
        for (std::size_t i = 0; i < repeats.size(); ++i) {
            auto& dim = (*shape)[i];
            const auto times = repeats[i].number;
            if (times == 1)
                continue;
            if (times && (*times < 0 || *times > largestParameter))
                node.mismatch("repeated " + std::to_string(*times) + " times");
            dim = dim.isFixed() && times ? Dim::fixed(dim.extent * *times) : Dim::free("");
        }
    } else if (shape) {
        shape = allFree(*shape);
    }
    node.output(0, node.dtype(0), std::move(shape));
}

std::int64_t scaled(const RuleContext& node, std::int64_t extent, float scale)
{
    const auto result = static_cast<float>(extent) * scale; // single precision, as the runtime computes it
    if (!(scale > 0) || !(result < 0x1p40f))
        node.mismatch("a scale of " + std::to_string(scale));
    return static_cast<std::int64_t>(std::floor(result));
}

void resizeToSizes(const RuleContext& node, Shape& shape, const std::vector<std::size_t>& axes, const Contents& sizes)
{
    const auto policy = node.node().stringAttribute("keep_aspect_ratio_policy", "stretch");
    if (sizes.size() != axes.size())
        node.mismatch(std::to_string(sizes.size()) + " sizes for an input of shape " + toText(shape));
    std::optional<double> ratio;
    for (std::size_t i = 0; i < axes.size() && policy != "stretch"; ++i) {
        const auto& dim = shape[axes[i]];
        if (!dim.isFixed() || dim.extent == 0 || !sizes[i].number) {
            for (const auto axis : axes)
                shape[axis] = Dim::free("");
            return;
        }
        const auto own = static_cast<double>(*sizes[i].number) / static_cast<double>(dim.extent);
        ratio = !ratio ? own : policy == "not_larger" ? std::min(*ratio, own) : std::max(*ratio, own);
    }
    for (std::size_t i = 0; i < axes.size(); ++i) {
        auto& dim = shape[axes[i]];
        dim = ratio ? Dim::fixed(static_cast<std::int64_t>(std::floor(*ratio * static_cast<double>(dim.extent) + 0.5))) : toDim(sizes[i]);
    }
}

void resize(RuleContext& node)
{
    auto shape = node.shape(0);
    if (!shape) {
        node.output(0, node.dtype(0), std::nullopt);
        return;
    }
    // Opset 10 and Upsample: X, scales; later: X, roi, scales, sizes.
    const bool later = node.node().opType == "Resize" && node.opset() >= 11;
    const std::size_t scalesInput = later ? 2 : 1;
    const auto axes = axesFrom(node, ~std::size_t{0}, shape->size());
    std::vector<float> scales;
    if (node.node().opType == "Upsample" && node.node().hasAttribute("scales")) {
        if (const auto* values = std::get_if<std::vector<float>>(&node.node().attributes.at("scales")))
            scales = *values;
    } else if (const auto tensor = node.constant(scalesInput); !tensor.isNull() && isFloatingPoint(tensor.dtype())) {
        scales = toFloats(tensor);
    }
    if (scales.size() == axes->size() && !scales.empty()) {
        for (std::size_t i = 0; i < axes->size(); ++i)
            if (auto& dim = (*shape)[(*axes)[i]]; scales[i] != 1)
                dim = dim.isFixed() ? Dim::fixed(scaled(node, dim.extent, scales[i])) : Dim::free("");
    } else if (!scales.empty()) {
        node.mismatch(std::to_string(scales.size()) + " scales for an input of shape " + toText(*shape));
    } else if (later && node.contents(3) && !node.contents(3)->empty()) {
        resizeToSizes(node, *shape, *axes, *node.contents(3));
    } else {
        shape = allFree(*shape);
    }
    node.output(0, node.dtype(0), std::move(shape));
}

void centerCropPad(RuleContext& node)
{
    auto shape = node.shape(0);
    if (shape) {
        const auto axes = axesFrom(node, ~std::size_t{0}, shape->size());
        const auto& wanted = node.contents(1);
        for (std::size_t i = 0; axes && i < axes->size(); ++i)
            (*shape)[(*axes)[i]] = wanted && i < wanted->size() ? toDim((*wanted)[i]) : Dim::free("");
    }
    node.output(0, node.dtype(0), std::move(shape));
}

// Columns [n, c * block, l] to [n, c, image...].
void col2Im(RuleContext& node)
{
    std::optional<Shape> shape;
    if (node.shape(0) && node.contents(1)) {
        node.requireRank(0, 3);
        auto channels = Dim::free("");
        if (const auto block = node.numbers(2); block && (*node.shape(0))[1].isFixed()) {
            std::int64_t size = 1;
            for (const auto extent : *block)
                if (extent < 1 || extent > largestParameter || __builtin_mul_overflow(size, extent, &size))
                    node.mismatch("blocks of " + toText(*block));
            channels = Dim::fixed((*node.shape(0))[1].extent / size);
        }
        shape = Shape{(*node.shape(0))[0], channels};
        for (const auto& element : *node.contents(1))
            shape->push_back(toDim(element));
    }
    node.output(0, node.dtype(0), std::move(shape));
}

} // namespace

void addResizingRules(ShapeRules& rules)
{
    rules.add("", {"Pad"}, pad);
    rules.add("", {"CenterCropPad"}, centerCropPad);
    rules.add("", {"Col2Im"}, col2Im);
    rules.add("", {"Slice"}, slice);
    rules.add("", {"Expand"}, expand);
    rules.add("", {"Tile"}, tile);
    rules.add("", {"Resize", "Upsample"}, resize);
}

} // namespace hone
