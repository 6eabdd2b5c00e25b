// SPDX-License-Identifier: GPL-3.0-or-later
#include "graph/shape_rules.h"

#include <algorithm>

namespace hone
{
namespace
{

// A shape of as many elements is a mistake or an attack; sums over shapes stay far from overflow.
constexpr std::int64_t mostElements = std::int64_t{1} << 40;

std::int64_t versionOf(const Graph& graph, const std::string& domain)
{
    const auto found = graph.opsets.find(domain);
    return found == graph.opsets.end() ? 1 : found->second;
}

} // namespace

Element toElement(const Dim& dim)
{
    return dim.isFixed() ? Element{dim.extent} : Element{std::nullopt, dim.symbol};
}

Dim toDim(const Element& element)
{
    return element.number && *element.number >= 0 ? Dim::fixed(*element.number) : Dim::free(element.symbol);
}

Contents toContents(const Shape& shape)
{
    Contents contents;
    contents.reserve(shape.size());
    for (const auto& dim : shape)
        contents.push_back(toElement(dim));
    return contents;
}

RuleContext::RuleContext(const Graph& graph, const Node& node, InferenceState& state)
    : m_graph(graph),
      m_node(node),
      m_state(state),
      m_opset(versionOf(graph, node.domain))
{}

const ValueType& RuleContext::type(std::size_t i) const
{
    static const ValueType unknown;
    return has(i) ? m_state.found.types[m_node.inputs[i].index] : unknown;
}

const std::optional<Contents>& RuleContext::contents(std::size_t i) const
{
    static const std::optional<Contents> unknown;
    return has(i) ? m_state.contents[m_node.inputs[i].index] : unknown;
}

Tensor RuleContext::constant(std::size_t i) const
{
    return has(i) ? m_state.found.constants[m_node.inputs[i].index] : Tensor();
}

std::optional<std::vector<std::int64_t>> RuleContext::numbers(std::size_t i) const
{
    const auto& known = contents(i);
    if (!known)
        return std::nullopt;
    std::vector<std::int64_t> numbers;
    for (const auto& element : *known) {
        if (!element.number)
            return std::nullopt;
        numbers.push_back(*element.number);
    }
    return numbers;
}

void RuleContext::output(std::size_t i, DType dtype, std::optional<Shape> shape)
{
    if (i >= m_node.outputs.size() || !m_node.outputs[i].valid())
        return;
    if (shape && shape->size() > largestRank)
        mismatch("its output would have " + std::to_string(shape->size()) + " dimensions");
    std::int64_t elements = 1;
    for (const auto& dim : shape.value_or(Shape()))
        if (dim.isFixed() && // an extent of 0 mustn't hide an absurd one
            (__builtin_mul_overflow(elements, std::max<std::int64_t>(dim.extent, 1), &elements) || elements >= mostElements))
            mismatch("its output would have the shape " + toText(*shape));
    m_state.found.types[m_node.outputs[i].index] = {dtype, std::move(shape)};
}

void RuleContext::outputContents(std::size_t i, Contents contents)
{
    if (i >= m_node.outputs.size() || !m_node.outputs[i].valid() || contents.size() > mostContents ||
        contents.size() > m_state.contentsLeft)
        return;
    m_state.contentsLeft -= contents.size();
    m_state.contents[m_node.outputs[i].index] = std::move(contents);
}

void RuleContext::outputConstant(std::size_t i, Tensor tensor)
{
    if (i >= m_node.outputs.size() || !m_node.outputs[i].valid())
        return;
    output(i, tensor.dtype(), fixedShape(tensor.shape()));
    m_state.found.constants[m_node.outputs[i].index] = std::move(tensor);
}

std::vector<std::int64_t> RuleContext::list(const std::string& key, std::size_t count, std::int64_t fallback, std::int64_t lowest) const
{
    auto values = m_node.intsAttribute(key);
    if (values.empty())
        values.assign(count, fallback);
    if (values.size() != count)
        mismatch("'" + key + "' has " + std::to_string(values.size()) + " entries where " + std::to_string(count) + " are needed");
    for (const auto value : values)
        if (value < lowest || value > largestParameter)
            mismatch("'" + key + "' is " + toText(values));
    return values;
}

std::size_t RuleContext::axis(std::int64_t value, std::size_t rank) const
{
    const auto signedRank = static_cast<std::int64_t>(rank);
    if (value < -signedRank || value >= signedRank)
        mismatch("axis " + std::to_string(value) + " of a tensor with " + std::to_string(rank) + " dimensions");
    return static_cast<std::size_t>(value < 0 ? value + signedRank : value);
}

bool RuleContext::hasList(std::size_t input, const std::string& attribute) const
{
    return has(input) || m_node.hasAttribute(attribute);
}

std::optional<std::vector<std::int64_t>> RuleContext::listFrom(std::size_t input, const std::string& attribute) const
{
    if (has(input))
        return numbers(input);
    if (m_node.hasAttribute(attribute))
        return m_node.intsAttribute(attribute);
    return std::nullopt;
}

void RuleContext::requireRank(std::size_t i, std::size_t lowest) const
{
    if (shape(i) && shape(i)->size() < lowest)
        mismatch("its input has the shape " + toText(*shape(i)) + "; at least " + std::to_string(lowest) + " dimensions are needed");
}

void RuleContext::mismatch(const std::string& detail) const
{
    throw Error(MessageCode::ShapeMismatch, {{"node", m_node.name}, {"detail", m_node.opType + ": " + detail}});
}

Shape RuleContext::broadcast(const Shape& left, const Shape& right) const
{
    const auto rank = std::max(left.size(), right.size());
    Shape result(rank);
    const auto one = Dim::fixed(1);
    for (std::size_t i = 0; i < rank; ++i) { // from the last extent on
        const auto& a = i < left.size() ? left[left.size() - 1 - i] : one;
        const auto& b = i < right.size() ? right[right.size() - 1 - i] : one;
        auto& dim = result[rank - 1 - i];
        if (a == one)
            dim = b;
        else if (b == one)
            dim = a;
        else if (a.isFixed() && b.isFixed() && a != b)
            mismatch("shapes " + toText(left) + " and " + toText(right) + " don't broadcast");
        else if (a.isFixed() || b.isFixed())
            dim = a.isFixed() ? a : b; // a free extent is then 1 or the same
        else
            dim = a == b ? a : Dim::free("");
    }
    return result;
}

void ShapeRules::add(std::string_view domain, std::initializer_list<std::string_view> opTypes, ShapeRule rule)
{
    for (const auto opType : opTypes)
        if (!m_rules.emplace(std::pair(domain, opType), rule).second)
            throw Error(MessageCode::InternalFault, {{"detail", "two shape rules for " + std::string(opType)}});
}

ShapeRule ShapeRules::find(const Node& node) const
{
    const auto found = m_rules.find(std::pair(node.domain, node.opType));
    return found == m_rules.end() ? nullptr : found->second;
}

} // namespace hone
