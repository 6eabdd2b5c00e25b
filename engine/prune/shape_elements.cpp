// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/shape_elements.h"

#include "prune/channel_walk.h"

#include <algorithm>

namespace hone
{
namespace
{

constexpr std::int64_t mostElements = 64; // longer tensors are not shapes

bool isShapeLike(const Tensor& tensor)
{
    return (tensor.dtype() == DType::Int64 || tensor.dtype() == DType::Int32) && tensor.rank() <= 1 && tensor.size() <= mostElements;
}

bool sameChannels(const ChannelPartition& partition, const Axis& a, const Axis& b)
{
    return a.atoms.size() == b.atoms.size() && std::equal(a.atoms.begin(), a.atoms.end(), b.atoms.begin(),
                                                          [&](Atom x, Atom y) { return partition.root(x) == partition.root(y); });
}

const Axis* extentOf(ChannelWalk& walk, const ShapeElement& element)
{
    const AxisList* axes = walk.axesOf(element.value);
    const auto index = static_cast<std::size_t>(element.index);
    return axes && index < axes->size() ? &(*axes)[index] : nullptr;
}

} // namespace

const Tensor* writtenConstant(const Graph& graph, ValueId value, NodeId producer)
{
    if (!value.valid())
        return nullptr;
    if (graph.isConstant(value))
        return &graph.value(value).constant;
    if (!producer.valid())
        return nullptr;
    if (graph.node(producer).opType == "Identity" && graph.isConstant(graph.node(producer).input(0)))
        return &graph.value(graph.node(producer).inputs[0]).constant;
    if (graph.node(producer).opType != "Constant")
        return nullptr;
    const auto& attributes = graph.node(producer).attributes;
    const auto found = attributes.find("value");
    return found == attributes.end() ? nullptr : std::get_if<Tensor>(&found->second);
}

std::optional<ShapeElementList> ShapeElements::at(ChannelWalk& walk, NodeId node, std::size_t input) const
{
    const ValueId value = m_graph.node(node).input(input);
    if (!value.valid())
        return {};
    if (const Tensor* written = writtenConstant(m_graph, value, walk.uses().producer(value))) {
        if (!isShapeLike(*written))
            return {};
        ShapeElementList list;
        for (const std::int64_t number : toInt64s(*written))
            list.push_back({ShapeElement::Source::Written, node, input, value, static_cast<std::int64_t>(list.size()), number, true});
        return list;
    }
    ShapeElementList list;
    if (const auto found = m_lists.find(value.index); found != m_lists.end()) {
        list = found->second;
    } else {
        const auto& shape = walk.types().type(value).shape;
        if (!shape || shape->size() > 1 || (shape->size() == 1 && !(*shape)[0].isFixed()))
            return {};
        const std::int64_t count = shape->empty() ? 1 : (*shape)[0].extent;
        if (count > mostElements)
            return {};
        list.resize(static_cast<std::size_t>(count));
    }
    const auto contents = [&](const Tensor& known) -> std::vector<std::int64_t> {
        const bool fits = !known.isNull() && isShapeLike(known) && known.size() == static_cast<std::int64_t>(list.size());
        return fits ? toInt64s(known) : std::vector<std::int64_t>{};
    };
    const auto numbers = contents(walk.types().constant(value));
    const auto others = contents(walk.otherTypes().constant(value));
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        list[i].known = numbers[i];
        list[i].fixed = list[i].fixed || (i < others.size() && others[i] == numbers[i]);
    }
    return list;
}

bool ShapeElements::mayChange(ChannelWalk& walk, const ShapeElement& element) const
{
    if (element.source != ShapeElement::Source::Extent)
        return true;
    const Axis* axis = extentOf(walk, element);
    return !axis || axis->carriesChannels();
}

bool ShapeElements::mustWriteDown(ChannelWalk& walk, const Use& use, std::size_t k, const ShapeElement& element, const Axis& axis) const
{
    switch (element.source) {
    case ShapeElement::Source::Computed: return true;
    case ShapeElement::Source::Extent: {
        const Axis* counted = extentOf(walk, element);
        return !counted || !sameChannels(walk.partition(), *counted, axis);
    }
    case ShapeElement::Source::Written: {
        if (element.node == use.node && element.input == use.input)
            return element.index != static_cast<std::int64_t>(k);
        const auto found = m_sites.find({element.node.index, element.input, element.index});
        return found != m_sites.end() && !sameChannels(walk.partition(), found->second, axis);
    }
    }
    return true;
}

void ShapeElements::follow(ChannelWalk& walk, const Use& use, const ShapeElementList& list, const FollowedAxes& axes)
{
    const std::string user = walk.describe(use.node);
    bool writes = false;
    for (std::size_t k = 0; k < list.size() && k < axes.size(); ++k)
        writes = writes || (axes[k] && list[k].fixed && mustWriteDown(walk, use, k, list[k], *axes[k]));
    // Numbers beside computed ones are chosen by a Where, which opset 9 brought.
    writes = writes && (m_graph.opset() >= 9 || std::ranges::all_of(list, [](const auto& e) { return e.fixed; }));
    Numbers numbers(list.size());
    for (std::size_t k = 0; k < list.size(); ++k) {
        const ShapeElement& element = list[k];
        const Axis axis = k < axes.size() && axes[k] ? *axes[k] : Axis::fixed(-1);
        const bool isExtent = k < axes.size() && axes[k];
        if (writes && element.fixed && (isExtent || *element.known <= 1)) {
            numbers[k] = element.known;
            if (isExtent)
                m_sites[{use.node.index, use.input, static_cast<std::int64_t>(k)}] = axis;
        } else if (isExtent && element.source == ShapeElement::Source::Written) {
            m_sites.emplace(Site{element.node.index, element.input, element.index}, axis);
        } else if (isExtent && mustWriteDown(walk, use, k, element, axis)) {
            walk.partition().lockAxis(axis, user + " computes its extent in a way that Hone can't follow");
            lock(walk, {element}, user);
        }
    }
    if (writes)
        m_writtenDown[use] = std::move(numbers);
}

bool ShapeElements::writeDown(ChannelWalk& walk, const Use& use)
{
    const auto list = at(walk, use.node, use.input);
    if (!list || !std::ranges::all_of(*list, [](const ShapeElement& element) { return element.fixed; }))
        return false;
    Numbers numbers;
    for (const ShapeElement& element : *list)
        numbers.push_back(element.known);
    m_writtenDown[use] = std::move(numbers);
    return true;
}

void ShapeElements::lock(ChannelWalk& walk, const ShapeElementList& list, const std::string& user)
{
    const Axis reader = Axis::fixed(-1, "the numbers that " + user + " reads");
    for (const ShapeElement& element : list) {
        if (element.source == ShapeElement::Source::Extent) {
            if (const Axis* axis = extentOf(walk, element))
                walk.partition().uniteAxes(*axis, reader, user);
        } else if (element.source == ShapeElement::Source::Written) {
            const auto [found, isNew] = m_sites.emplace(Site{element.node.index, element.input, element.index}, reader);
            if (!isNew)
                walk.partition().uniteAxes(found->second, reader, user);
        }
    }
}

void ShapeElements::lockValue(ChannelWalk& walk, ValueId value, const std::string& user)
{
    if (value.valid() && has(value))
        lock(walk, ShapeElementList(m_lists.at(value.index)), user);
}

void ShapeElements::freezeInput(ChannelWalk& walk, NodeId user, std::size_t input)
{
    const ValueId value = m_graph.node(user).input(input);
    if (!value.valid() || !has(value))
        return;
    const ShapeElementList list = m_lists.at(value.index);
    const bool changes = std::ranges::any_of(list, [&](const ShapeElement& element) { return mayChange(walk, element); });
    if (changes && !writeDown(walk, {user, input}))
        lock(walk, list, walk.describe(user));
}

void ShapeElements::freeze(ChannelWalk& walk, NodeId user)
{
    for (std::size_t i = 0; i < m_graph.node(user).inputs.size(); ++i)
        freezeInput(walk, user, i);
}

} // namespace hone
