// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/shape_elements.h"

#include "prune/channel_walk.h"

namespace hone
{
namespace
{

constexpr std::int64_t mostElements = 64; // longer tensors are not shapes

bool isShapeLike(const Tensor& tensor)
{
    return (tensor.dtype() == DType::Int64 || tensor.dtype() == DType::Int32) && tensor.rank() <= 1 &&
           tensor.size() <= mostElements;
}

} // namespace

const Tensor* writtenConstant(const Graph& graph, ValueId value, NodeId producer)
{
    if (!value.valid())
        return nullptr;
    if (graph.isConstant(value))
        return &graph.value(value).constant;
    if (!producer.valid() || graph.node(producer).opType != "Constant")
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
            list.push_back({ShapeElement::Source::Written, node, input, value, static_cast<std::int64_t>(list.size()),
                            number});
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
    const Tensor& known = walk.types().constant(value);
    if (!known.isNull() && isShapeLike(known) && known.size() == static_cast<std::int64_t>(list.size())) {
        const auto numbers = toInt64s(known);
        for (std::size_t i = 0; i < list.size(); ++i)
            list[i].known = numbers[i];
    }
    return list;
}

void ShapeElements::follow(ChannelWalk& walk, const ShapeElement& element, const Axis& axis, const std::string& user)
{
    const std::string unknown = user + " computes its extent in a way that Hone can't follow";
    switch (element.source) {
    case ShapeElement::Source::Computed:
        walk.partition().lockAxis(axis, unknown);
        return;
    case ShapeElement::Source::Extent: {
        const AxisList* axes = walk.axesOf(element.value);
        if (!axes || element.index >= static_cast<std::int64_t>(axes->size()))
            walk.partition().lockAxis(axis, unknown);
        else
            walk.partition().uniteAxes((*axes)[static_cast<std::size_t>(element.index)], axis, user);
        return;
    }
    case ShapeElement::Source::Written: {
        const Site site{element.node.index, element.input, element.index};
        const auto [found, isNew] = m_sites.emplace(site, axis);
        if (isNew)
            return;
        walk.partition().uniteAxes(found->second, axis, user);
        if (!found->second.carriesChannels())
            found->second = axis;
        return;
    }
    }
}

void ShapeElements::freezeValue(ChannelWalk& walk, ValueId value, const std::string& user)
{
    if (!value.valid() || !has(value))
        return;
    const ShapeElementList list = m_lists.at(value.index);
    for (const ShapeElement& element : list)
        if (element.source != ShapeElement::Source::Computed)
            follow(walk, element, Axis::fixed(-1, "the numbers that " + user + " reads"), user);
}

void ShapeElements::freeze(ChannelWalk& walk, NodeId user)
{
    for (const ValueId input : m_graph.node(user).inputs)
        freezeValue(walk, input, walk.describe(user));
}

} // namespace hone
