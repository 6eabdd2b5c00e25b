// SPDX-License-Identifier: GPL-3.0-or-later
#include "graph/graph.h"

#include "core/error.h"

#include <algorithm>
#include <set>
#include <utility>

namespace hone
{
namespace
{

template<class T>
T attributeOr(const Node& node, const std::string& key, T fallback)
{
    const auto found = node.attributes.find(key);
    if (found == node.attributes.end())
        return fallback;
    const auto* value = std::get_if<T>(&found->second);
    return value ? *value : fallback;
}

[[noreturn]] void throwInvalid(const std::string& detail)
{
    throw Error(MessageCode::ModelInvalid, {{"path", ""}, {"detail", detail}});
}

// The sub-graph with every capture of `from` reading `to`; the same pointer where it captures nothing of that name.
std::shared_ptr<const Graph> withCaptureRenamed(const std::shared_ptr<const Graph>& body, const std::string& from, const std::string& to);

bool renameCapturesOf(Node& node, const std::string& from, const std::string& to)
{
    bool renamed = false;
    for (auto& [key, attribute] : node.attributes) {
        auto* body = std::get_if<std::shared_ptr<const Graph>>(&attribute);
        if (!body || !*body)
            continue;
        auto changed = withCaptureRenamed(*body, from, to);
        renamed = renamed || changed != *body;
        *body = std::move(changed);
    }
    return renamed;
}

// Values of a sub-graph that nothing in it makes: read from the graphs around it.
std::vector<bool> madeInside(const Graph& body)
{
    std::vector<bool> made(body.valueCount());
    for (std::uint32_t i = 0; i < body.valueCount(); ++i)
        made[i] = body.isConstant({i});
    for (const auto input : body.inputs)
        made[input.index] = true;
    for (const auto id : body.order())
        for (const auto output : body.node(id).outputs)
            if (output.valid())
                made[output.index] = true;
    return made;
}

std::shared_ptr<const Graph> withCaptureRenamed(const std::shared_ptr<const Graph>& body, const std::string& from, const std::string& to)
{
    const auto id = body->findValue(from);
    if (id && madeInside(*body)[id->index])
        return body; // its own value of that name hides the outer one
    auto copy = std::make_shared<Graph>(*body);
    bool changed = id.has_value();
    if (id) {
        if (const auto other = copy->findValue(to))
            copy->replaceUses(*id, *other);
        else
            copy->renameValue(*id, to);
    }
    for (const auto node : copy->order())
        changed = renameCapturesOf(copy->node(node), from, to) || changed;
    return changed ? copy : body;
}

void collectCaptures(const Graph& body, std::set<std::string>& names)
{
    const auto made = madeInside(body);
    const auto read = [&](ValueId id) {
        if (id.valid() && !made[id.index])
            names.insert(body.value(id).name);
    };
    for (const auto nodeId : body.order()) {
        for (const auto input : body.node(nodeId).inputs)
            read(input);
        for (auto& name : capturedNames(body.node(nodeId))) {
            const auto own = body.findValue(name);
            if (!own || !made[own->index])
                names.insert(std::move(name));
        }
    }
    for (const auto output : body.outputs)
        read(output);
}

} // namespace

Shape fixedShape(std::span<const std::int64_t> dimensions)
{
    Shape shape;
    shape.reserve(dimensions.size());
    for (const auto extent : dimensions)
        shape.push_back(Dim::fixed(extent));
    return shape;
}

Dimensions withFreeAs(const Shape& shape, std::int64_t freeExtent)
{
    Dimensions dimensions;
    dimensions.reserve(shape.size());
    for (const auto& dim : shape)
        dimensions.push_back(dim.isFixed() ? dim.extent : freeExtent);
    return dimensions;
}

std::string toText(const Shape& shape)
{
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) {
        text += i ? ", " : "";
        text += shape[i].isFixed() ? std::to_string(shape[i].extent) : shape[i].symbol.empty() ? "?" : shape[i].symbol;
    }
    return text + "]";
}

std::int64_t Node::intAttribute(const std::string& key, std::int64_t fallback) const
{
    return attributeOr(*this, key, fallback);
}

float Node::floatAttribute(const std::string& key, float fallback) const
{
    return attributeOr(*this, key, fallback);
}

std::string Node::stringAttribute(const std::string& key, const std::string& fallback) const
{
    return attributeOr(*this, key, fallback);
}

std::vector<std::int64_t> Node::intsAttribute(const std::string& key, std::vector<std::int64_t> fallback) const
{
    return attributeOr(*this, key, std::move(fallback));
}

std::int64_t Graph::opset() const
{
    const auto found = opsets.find("");
    return found == opsets.end() ? 0 : found->second;
}

ValueId Graph::addValue(Value value)
{
    const ValueId id{static_cast<std::uint32_t>(m_values.size())};
    if (value.name.empty())
        throwInvalid("a value has no name");
    if (!m_valueByName.emplace(value.name, id).second)
        throwInvalid("two values are named '" + value.name + "'");
    m_values.push_back(std::move(value));
    return id;
}

ValueId Graph::addConstant(const std::string& wantedName, Tensor tensor)
{
    ValueType type{tensor.dtype(), fixedShape(tensor.shape())};
    return addValue({.name = uniqueName(wantedName), .type = std::move(type), .constant = std::move(tensor)});
}

ValueId Graph::addComputed(const std::string& wantedName, ValueType type)
{
    return addValue({.name = uniqueName(wantedName), .type = std::move(type)});
}

std::optional<ValueId> Graph::findValue(std::string_view wanted) const
{
    const auto found = m_valueByName.find(wanted);
    return found == m_valueByName.end() ? std::nullopt : std::optional(found->second);
}

void Graph::renameValue(ValueId id, const std::string& newName)
{
    auto& renamed = value(id);
    if (renamed.name == newName)
        return;
    if (newName.empty())
        throwInvalid("a value has no name");
    if (!m_valueByName.emplace(newName, id).second)
        throwInvalid("two values are named '" + newName + "'");
    const auto oldName = std::exchange(renamed.name, newName);
    const auto old = m_valueByName.find(oldName);
    if (old != m_valueByName.end() && old->second == id)
        m_valueByName.erase(old);
    renameCaptures(oldName, newName);
}

std::string Graph::uniqueName(const std::string& wanted) const
{
    if (!wanted.empty() && !m_valueByName.contains(wanted))
        return wanted;
    const auto stem = wanted.empty() ? std::string("value") : wanted;
    auto& suffix = m_nextSuffix[stem];
    std::string candidate;
    do
        candidate = stem + "_" + std::to_string(++suffix);
    while (m_valueByName.contains(candidate));
    return candidate;
}

NodeId Graph::store(Node node)
{
    const NodeId id{static_cast<std::uint32_t>(m_nodes.size())};
    const auto stem = node.name.empty() ? node.opType : node.name;
    if (node.name.empty() || m_nodeByName.contains(node.name)) {
        auto& next = m_nextNodeSuffix[stem];
        next = std::max(next, id.index);
        do
            node.name = stem + "_" + std::to_string(next++);
        while (m_nodeByName.contains(node.name));
    }
    m_nodeByName.emplace(node.name, id);
    m_nodes.push_back(std::move(node));
    return id;
}

std::size_t Graph::positionOf(NodeId id) const
{
    const auto found = std::ranges::find(m_order, id);
    if (found == m_order.end())
        throw Error(MessageCode::InternalFault, {{"detail", "a node that is not in its graph"}});
    return static_cast<std::size_t>(found - m_order.begin());
}

NodeId Graph::addNode(Node node)
{
    const auto id = store(std::move(node));
    m_order.push_back(id);
    return id;
}

NodeId Graph::insertNodeBefore(NodeId next, Node node)
{
    const auto position = positionOf(next);
    const auto id = store(std::move(node));
    m_order.insert(m_order.begin() + static_cast<std::ptrdiff_t>(position), id);
    return id;
}

NodeId Graph::insertNodeAfter(NodeId previous, Node node)
{
    const auto position = positionOf(previous) + 1;
    const auto id = store(std::move(node));
    m_order.insert(m_order.begin() + static_cast<std::ptrdiff_t>(position), id);
    return id;
}

void Graph::removeNode(NodeId id)
{
    m_order.erase(m_order.begin() + static_cast<std::ptrdiff_t>(positionOf(id)));
    const auto named = m_nodeByName.find(node(id).name);
    if (named != m_nodeByName.end() && named->second == id)
        m_nodeByName.erase(named);
}

std::optional<NodeId> Graph::findNode(std::string_view wanted) const
{
    // Nodes may have been renamed since they were added, so the index is only a first guess.
    const auto guess = m_nodeByName.find(wanted);
    if (guess != m_nodeByName.end() && node(guess->second).name == wanted)
        return guess->second;
    const auto found = std::ranges::find_if(m_order, [&](NodeId id) { return node(id).name == wanted; });
    return found == m_order.end() ? std::nullopt : std::optional(*found);
}

void Graph::replaceUses(ValueId from, ValueId to)
{
    for (const auto id : m_order)
        std::ranges::replace(node(id).inputs, from, to);
    std::ranges::replace(outputs, from, to);
    renameCaptures(value(from).name, value(to).name);
}

void Graph::renameCaptures(const std::string& from, const std::string& to)
{
    for (const auto id : m_order)
        renameCapturesOf(node(id), from, to);
}

void Graph::removeDeadNodes()
{
    std::vector<NodeId> producer(m_values.size());
    for (const auto id : m_order)
        for (const auto output : node(id).outputs)
            if (output.valid())
                producer[output.index] = id;

    std::vector<bool> liveNode(m_nodes.size()), liveValue(m_values.size());
    std::vector<ValueId> wanted(outputs);
    while (!wanted.empty()) {
        const auto id = wanted.back();
        wanted.pop_back();
        if (!id.valid() || liveValue[id.index])
            continue;
        liveValue[id.index] = true;
        const auto maker = producer[id.index];
        if (!maker.valid() || liveNode[maker.index])
            continue;
        liveNode[maker.index] = true;
        const auto& live = node(maker);
        wanted.insert(wanted.end(), live.inputs.begin(), live.inputs.end());
        for (const auto& name : capturedNames(live))
            if (const auto captured = findValue(name))
                wanted.push_back(*captured);
        for (const auto output : live.outputs) // an output that nobody reads keeps its name while its node stays
            if (output.valid())
                liveValue[output.index] = true;
    }
    for (const auto input : inputs)
        liveValue[input.index] = true;

    std::erase_if(m_order, [&](NodeId id) { return !liveNode[id.index]; });
    std::erase_if(m_nodeByName, [&](const auto& entry) { return !liveNode[entry.second.index]; });
    std::erase_if(m_valueByName, [&](const auto& entry) { return !liveValue[entry.second.index]; });
    for (std::size_t i = 0; i < m_values.size(); ++i)
        if (!liveValue[i])
            m_values[i].constant = {};
}

std::vector<std::string> capturedNames(const Node& node)
{
    std::set<std::string> names;
    for (const auto& [key, attribute] : node.attributes)
        if (const auto* body = std::get_if<std::shared_ptr<const Graph>>(&attribute); body && *body)
            collectCaptures(**body, names);
    return {names.begin(), names.end()};
}

GraphUses::GraphUses(const Graph& graph)
    : m_producer(graph.valueCount()),
      m_users(graph.valueCount()),
      m_isOutput(graph.valueCount()),
      m_isCaptured(graph.valueCount())
{
    for (const auto id : graph.order()) {
        const auto& node = graph.node(id);
        for (std::size_t i = 0; i < node.inputs.size(); ++i)
            if (node.inputs[i].valid())
                m_users[node.inputs[i].index].push_back({id, i});
        for (const auto output : node.outputs)
            if (output.valid())
                m_producer[output.index] = id;
        for (const auto& name : capturedNames(node))
            if (const auto captured = graph.findValue(name))
                m_isCaptured[captured->index] = true;
    }
    for (const auto output : graph.outputs)
        m_isOutput[output.index] = true;
}

} // namespace hone
