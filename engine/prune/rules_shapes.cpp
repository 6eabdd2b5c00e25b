// SPDX-License-Identifier: GPL-3.0-or-later
// Shapes as numbers: Shape makes them, a few layout operators pass them on.
#include "prune/channel_rules.h"

#include <algorithm>

namespace hone::rules
{
namespace
{

std::optional<std::vector<std::int64_t>> knownNumbers(ChannelWalk& walk, NodeId id, std::size_t input)
{
    const auto elements = walk.elements().at(walk, id, input);
    if (!elements)
        return {};
    std::vector<std::int64_t> numbers;
    for (const ShapeElement& element : *elements) {
        if (!element.known)
            return {};
        numbers.push_back(*element.known);
    }
    return numbers;
}

std::optional<ShapeElementList> gathered(ChannelWalk& walk, NodeId id, const ShapeElementList& list)
{
    const auto indices = knownNumbers(walk, id, 1);
    if (!indices)
        return {};
    ShapeElementList out;
    for (const std::int64_t index : *indices) {
        const auto place = normalizeAxis(index, list.size());
        if (!place)
            return {};
        out.push_back(list[*place]);
    }
    return out;
}

std::optional<ShapeElementList> sliced(ChannelWalk& walk, NodeId id, const ShapeElementList& list)
{
    const Node& node = walk.graph().node(id);
    const bool attributes = node.hasAttribute("starts");
    const auto starts = attributes ? node.intsAttribute("starts") : knownNumbers(walk, id, 1).value_or(std::vector<std::int64_t>{});
    const auto ends = attributes ? node.intsAttribute("ends") : knownNumbers(walk, id, 2).value_or(std::vector<std::int64_t>{});
    const bool plainSteps = !node.input(4).valid() || knownNumbers(walk, id, 4) == std::vector<std::int64_t>{1};
    if (starts.size() != 1 || ends.size() != 1 || !plainSteps)
        return {};
    const auto count = static_cast<std::int64_t>(list.size());
    const auto bound = [&](std::int64_t at) { return std::clamp<std::int64_t>(at < 0 ? at + count : at, 0, count); };
    ShapeElementList out;
    for (std::int64_t i = bound(starts[0]); i < bound(ends[0]); ++i)
        out.push_back(list[static_cast<std::size_t>(i)]);
    return out;
}

std::optional<ShapeElementList> concatenated(ChannelWalk& walk, NodeId id)
{
    ShapeElementList out;
    for (std::size_t i = 0; i < walk.graph().node(id).inputs.size(); ++i) {
        const auto list = walk.elements().at(walk, id, i);
        if (!list)
            return {};
        out.insert(out.end(), list->begin(), list->end());
    }
    return out;
}

bool isShapeLike(const ValueType& type)
{
    return (type.dtype == DType::Int64 || type.dtype == DType::Int32) && type.shape && type.shape->size() <= 1;
}

} // namespace

void shapeOf(ChannelWalk& walk, NodeId id)
{
    const Node& node = walk.graph().node(id);
    const AxisList* x = walk.axesOf(id, 0);
    if (!x)
        return walk.refuse(id);
    const auto rank = static_cast<std::int64_t>(x->size());
    const auto bound = [&](std::int64_t at) { return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank); };
    ShapeElementList list;
    for (std::int64_t i = bound(node.intAttribute("start", 0)); i < bound(node.intAttribute("end", rank)); ++i) {
        ShapeElement element;
        element.source = ShapeElement::Source::Extent;
        element.value = node.inputs[0];
        element.index = i;
        list.push_back(element);
    }
    const auto count = static_cast<std::int64_t>(list.size());
    walk.elements().set(node.outputs[0], std::move(list));
    walk.setAxes(id, 0, {Axis::fixed(count)});
}

bool passShapeElements(ChannelWalk& walk, NodeId id)
{
    const Node& node = walk.graph().node(id);
    if (node.inputs.empty() || !node.inputs[0].valid() || node.outputs.empty() || !node.outputs[0].valid())
        return false;
    const auto& inputs = node.inputs;
    const bool follows = node.opType == "Concat"
                             ? std::any_of(inputs.begin(), inputs.end(),
                                           [&](ValueId v) { return v.valid() && walk.elements().has(v); })
                             : walk.elements().has(inputs[0]);
    if (!follows && !isShapeLike(walk.types().type(inputs[0])))
        return false;
    const auto first = walk.elements().at(walk, id, 0);
    const auto& outShape = walk.types().type(node.outputs[0]).shape;
    std::optional<ShapeElementList> list;
    if (first && outShape && outShape->size() <= 1) {
        if (node.opType == "Gather")
            list = gathered(walk, id, *first);
        else if (node.opType == "Slice")
            list = sliced(walk, id, *first);
        else if (node.opType == "Concat")
            list = concatenated(walk, id);
        else
            list = first;
    }
    if (list) {
        walk.elements().set(node.outputs[0], std::move(*list));
        return true;
    }
    walk.elements().freeze(walk, id);
    return false;
}

} // namespace hone::rules
