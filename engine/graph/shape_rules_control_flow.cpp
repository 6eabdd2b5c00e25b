// SPDX-License-Identifier: GPL-3.0-or-later
// If, Loop and Scan: their sub-graphs are inferred with what is known of the values around them.
#include "graph/shape_rules.h"

#include <algorithm>

namespace hone
{
namespace
{

std::vector<ValueType> typesOfOutputs(const BodyTypes& body)
{
    std::vector<ValueType> types;
    for (const auto id : body.graph.outputs)
        types.push_back(body.found.type(id));
    return types;
}

// What holds for both: an extent that differs is free, a rank that differs unknown.
ValueType common(const ValueType& a, const ValueType& b)
{
    ValueType type{a.dtype == b.dtype ? a.dtype : DType::Undefined, std::nullopt};
    if (!a.shape || !b.shape || a.shape->size() != b.shape->size())
        return type;
    type.shape = a.shape;
    for (std::size_t i = 0; i < a.shape->size(); ++i)
        if ((*a.shape)[i] != (*b.shape)[i])
            (*type.shape)[i] = Dim::free("");
    return type;
}

void outputs(RuleContext& node, const std::vector<ValueType>& types, std::size_t first)
{
    for (std::size_t i = 0; i < types.size(); ++i)
        node.output(first + i, types[i].dtype, types[i].shape);
}

void branch(RuleContext& node)
{
    if (const auto condition = node.numbers(0); condition && condition->size() == 1) {
        // The other branch need not fit: it may be for inputs of another rank.
        if (const auto taken = node.inferBody(condition->front() != 0 ? "then_branch" : "else_branch", {}))
            outputs(node, typesOfOutputs(*taken), 0);
        return;
    }
    const auto yes = node.inferBody("then_branch", {}), no = node.inferBody("else_branch", {});
    if (!yes || !no)
        return;
    auto types = typesOfOutputs(*yes);
    const auto others = typesOfOutputs(*no);
    for (std::size_t i = 0; i < types.size() && i < others.size(); ++i)
        types[i] = common(types[i], others[i]);
    outputs(node, types, 0);
}

// Types of carried values that hold in every round: what a round changes is free.
std::optional<std::vector<ValueType>> settle(const RuleContext& node, std::vector<ValueType> fed, std::size_t firstFed,
                                             std::size_t firstGiven, std::size_t count)
{
    for (int round = 0; round < 3; ++round) { // an extent goes free, then a rank unknown, then nothing changes
        const auto body = node.inferBody("body", fed);
        if (!body)
            return std::nullopt;
        const auto given = typesOfOutputs(*body);
        if (given.size() < firstGiven + count)
            return std::nullopt;
        bool changed = false;
        for (std::size_t i = 0; i < count; ++i) {
            const auto type = common(fed[firstFed + i], given[firstGiven + i]);
            changed = changed || type != fed[firstFed + i];
            fed[firstFed + i] = type;
        }
        if (!changed)
            return given;
    }
    return std::nullopt;
}

ValueType stacked(ValueType type, std::size_t axis, const Dim& count)
{
    if (type.shape && axis <= type.shape->size())
        type.shape->insert(type.shape->begin() + static_cast<std::ptrdiff_t>(axis), count);
    else
        type.shape.reset();
    return type;
}

void loop(RuleContext& node)
{
    std::vector<ValueType> fed{{DType::Int64, Shape()}, {DType::Bool, Shape()}};
    const auto carried = node.inputCount() - std::min<std::size_t>(2, node.inputCount());
    for (std::size_t i = 0; i < carried; ++i)
        fed.push_back(node.type(2 + i));
    const auto given = settle(node, fed, 2, 1, carried);
    if (!given)
        return;
    for (std::size_t i = 0; i < carried; ++i)
        node.output(i, (*given)[1 + i].dtype, common(fed[2 + i], (*given)[1 + i]).shape);
    for (std::size_t i = 1 + carried; i < given->size(); ++i) {
        const auto type = stacked((*given)[i], 0, Dim::free(""));
        node.output(i - 1, type.dtype, type.shape);
    }
}

std::int64_t entry(const RuleContext& node, const std::string& key, std::size_t i)
{
    const auto list = node.node().intsAttribute(key);
    return i < list.size() ? list[i] : 0;
}

// In opset 8 everything has a batch axis in front, and the first input may give lengths.
void scan(RuleContext& node)
{
    const auto scanned = static_cast<std::size_t>(std::max<std::int64_t>(0, node.node().intAttribute("num_scan_inputs", 0)));
    const std::size_t lengths = node.opset() < 9 ? 1 : 0;
    if (scanned == 0 || scanned + lengths > node.inputCount())
        return;
    const auto count = node.inputCount() - lengths, states = count - scanned;
    std::vector<ValueType> fed;
    auto rounds = Dim::free(""), batch = Dim::free("");
    for (std::size_t i = 0; i < count; ++i) {
        auto type = node.type(lengths + i);
        if (lengths > 0 && type.shape && !type.shape->empty()) {
            batch = type.shape->front();
            type.shape->erase(type.shape->begin());
        }
        if (i >= states && type.shape) {
            const auto axis = node.axis(entry(node, "scan_input_axes", i - states), type.shape->size());
            rounds = (*type.shape)[axis];
            type.shape->erase(type.shape->begin() + static_cast<std::ptrdiff_t>(axis));
        }
        fed.push_back(type);
    }
    const auto given = settle(node, fed, 0, 0, states);
    if (!given)
        return;
    for (std::size_t i = 0; i < given->size(); ++i) {
        auto type = (*given)[i];
        if (i < states)
            type = common(fed[i], type);
        else if (const auto axis = entry(node, "scan_output_axes", i - states); type.shape)
            type =
                stacked(type, static_cast<std::size_t>(axis < 0 ? axis + static_cast<std::int64_t>(type.shape->size()) + 1 : axis), rounds);
        if (lengths > 0)
            type = stacked(type, 0, batch);
        node.output(i, type.dtype, type.shape);
    }
}

} // namespace

void addControlFlowRules(ShapeRules& rules)
{
    rules.add("", {"If"}, branch);
    rules.add("", {"Loop"}, loop);
    rules.add("", {"Scan"}, scan);
}

} // namespace hone
