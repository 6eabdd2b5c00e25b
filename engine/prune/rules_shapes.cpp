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

bool isArithmetic(const std::string& op)
{
    return op == "Add" || op == "Sub" || op == "Mul" || op == "Div" || op == "Equal";
}

std::optional<std::int64_t> computed(const std::string& op, std::int64_t a, std::int64_t b)
{
    if (op == "Add")
        return a + b;
    if (op == "Sub")
        return a - b;
    if (op == "Mul")
        return a * b;
    if (op == "Div")
        return b == 0 ? std::nullopt : std::optional(a / b);
    return a == b ? 1 : 0;
}

// An extent is never negative, whatever it is.
bool differFor(const ShapeElement& a, const ShapeElement& b)
{
    return a.source == ShapeElement::Source::Extent && b.fixed && *b.known < 0;
}

// Each input's list, single elements repeated to the longest one's length.
std::optional<std::vector<ShapeElementList>> broadcastLists(ChannelWalk& walk, NodeId id)
{
    std::vector<ShapeElementList> lists;
    std::size_t longest = 0;
    for (std::size_t i = 0; i < walk.graph().node(id).inputs.size(); ++i) {
        const auto list = walk.elements().at(walk, id, i);
        if (!list || list->empty())
            return {};
        longest = std::max(longest, list->size());
        lists.push_back(*list);
    }
    for (ShapeElementList& list : lists) {
        if (list.size() != 1 && list.size() != longest)
            return {};
        list.resize(longest, list.front());
    }
    return lists;
}

// What depends on the batch isn't computed, and channels that go into it stay.
ShapeElementList calculated(ChannelWalk& walk, NodeId id, const std::vector<ShapeElementList>& lists)
{
    const std::string& op = walk.graph().node(id).opType;
    ShapeElementList out;
    for (std::size_t k = 0; k < lists[0].size(); ++k) {
        const ShapeElement& a = lists[0][k];
        const ShapeElement& b = lists[1][k];
        ShapeElement result;
        if (a.known && b.known)
            result.known = computed(op, *a.known, *b.known);
        result.fixed = a.fixed && b.fixed && result.known;
        if (op == "Equal" && (differFor(a, b) || differFor(b, a))) {
            result.known = 0;
            result.fixed = true;
        }
        if (!result.fixed)
            walk.elements().lock(walk, {a, b}, walk.describe(id));
        out.push_back(result);
    }
    return out;
}

std::optional<ShapeElementList> chosen(const std::vector<ShapeElementList>& lists)
{
    ShapeElementList out;
    for (std::size_t k = 0; k < lists[0].size(); ++k) {
        if (!lists[0][k].fixed)
            return {};
        out.push_back(*lists[0][k].known != 0 ? lists[1][k] : lists[2][k]);
    }
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
    const bool counts = type.dtype == DType::Int64 || type.dtype == DType::Int32 || type.dtype == DType::Bool;
    return counts && type.shape && type.shape->size() <= 1;
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
        const std::int64_t extent = (*x)[static_cast<std::size_t>(i)].extent;
        const auto& other = walk.otherTypes().type(node.inputs[0]).shape;
        if (extent >= 0)
            element.known = extent;
        element.fixed = extent >= 0 && other && (*other)[static_cast<std::size_t>(i)].extent == extent;
        list.push_back(element);
    }
    const auto count = static_cast<std::int64_t>(list.size());
    walk.elements().set(node.outputs[0], std::move(list));
    walk.setAxes(id, 0, {Axis::fixed(count)});
}

// A tensor of one number: of floats, whose axes take any channels that it is combined with; of integers, numbers again.
void constantOfShape(ChannelWalk& walk, NodeId id)
{
    const Node& node = walk.graph().node(id);
    const auto elements = walk.elements().at(walk, id, 0);
    const auto& type = walk.types().type(node.outputs[0]);
    if (!elements || !type.shape || type.shape->size() != elements->size())
        return walk.refuse(id);
    const Tensor* value = nullptr;
    if (const auto found = node.attributes.find("value"); found != node.attributes.end())
        value = std::get_if<Tensor>(&found->second);
    AxisList axes;
    FollowedAxes followed;
    const bool carries = isFloatingPoint(type.dtype);
    for (std::size_t i = 0; i < elements->size(); ++i) {
        Axis axis = Axis::fixed((*type.shape)[i].extent, "the output of " + walk.describe(id));
        if (carries && axis.extent > 1 && (*elements)[i].fixed)
            axis = walk.partition().freshAxis(axis.extent, axis.fixedBy);
        axes.push_back(axis);
        followed.push_back(axis);
    }
    walk.elements().follow(walk, {id, 0}, *elements, followed);
    if (!carries && isShapeLike(type) && axes.size() == 1 && axes[0].extent >= 0 && axes[0].extent <= 64) {
        ShapeElement element;
        element.known = value && value->size() == 1 && (value->dtype() == DType::Int64 || value->dtype() == DType::Int32)
                            ? toInt64s(*value).front()
                            : 0;
        element.fixed = (*elements)[0].fixed;
        walk.elements().set(node.outputs[0], ShapeElementList(static_cast<std::size_t>(axes[0].extent), element));
    }
    walk.setAxes(id, 0, std::move(axes));
}

bool passShapeElements(ChannelWalk& walk, NodeId id)
{
    const Node& node = walk.graph().node(id);
    if (node.inputs.empty() || !node.inputs[0].valid() || node.outputs.empty() || !node.outputs[0].valid())
        return false;
    const auto& inputs = node.inputs;
    const bool anyInput = node.opType == "Concat" || node.opType == "Where" || isArithmetic(node.opType);
    const bool follows = anyInput
                             ? std::any_of(inputs.begin(), inputs.end(), [&](ValueId v) { return v.valid() && walk.elements().has(v); })
                             : walk.elements().has(inputs[0]);
    if (!follows && (isArithmetic(node.opType) || !isShapeLike(walk.types().type(inputs[0]))))
        return false;
    if (node.opType == "Cast" && !isShapeLike(walk.types().type(node.outputs[0]))) {
        walk.elements().freeze(walk, id);
        return false;
    }
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
        else if (const auto lists = broadcastLists(walk, id); isArithmetic(node.opType) && lists)
            list = calculated(walk, id, *lists);
        else if (node.opType == "Where" && lists)
            list = chosen(*lists);
        else if (node.opType != "Where" && !isArithmetic(node.opType))
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
