// SPDX-License-Identifier: GPL-3.0-or-later
// The same elements in another shape or order.
#include "graph/shape_rules.h"

#include <algorithm>
#include <numeric>
#include <span>

namespace hone
{
namespace
{

// A product of extents: its number, and the names of the free ones. Unnamed ones are told apart by nothing.
struct Product
{
    std::int64_t number = 1;
    std::vector<std::string> symbols;

    void multiply(const Element& element)
    {
        if (!element.number)
            symbols.push_back(element.symbol);
        else if (__builtin_mul_overflow(number, *element.number, &number))
            number = 0;
    }
    // Takes the divisor's named factors out of this one; false where some aren't in it.
    bool cancel(const Product& divisor)
    {
        for (const auto& symbol : divisor.symbols) {
            const auto found = std::ranges::find(symbols, symbol);
            if (found == symbols.end())
                return false;
            symbols.erase(found);
        }
        return true;
    }
};

Product productOf(const Contents& elements)
{
    Product product;
    for (const auto& element : elements)
        product.multiply(element);
    return product;
}

// What stands for -1: all elements over those of the other extents.
Dim remaining(const RuleContext& node, Product all, const Product& others, const std::string& text)
{
    if (!all.cancel(others))
        return Dim::free("");
    if (all.symbols.empty()) {
        if (others.number == 0 ? all.number != 0 : all.number % others.number != 0)
            node.mismatch(text);
        return Dim::fixed(others.number == 0 ? 0 : all.number / others.number);
    }
    if (all.symbols.size() == 1 && all.number == others.number)
        return Dim::free(all.symbols.front());
    return Dim::free("");
}

void reshape(RuleContext& node)
{
    const auto& data = node.shape(0);
    const auto& target = node.contents(1);
    if (!target) {
        const auto& targetShape = node.shape(1);
        const bool rankKnown = targetShape && targetShape->size() == 1 && (*targetShape)[0].isFixed() && (*targetShape)[0].extent <= 64;
        node.output(0, node.dtype(0), rankKnown ? std::optional(Shape(static_cast<std::size_t>((*targetShape)[0].extent))) : std::nullopt);
        return;
    }
    if (target->size() > largestRank)
        node.mismatch("to " + std::to_string(target->size()) + " dimensions");
    const bool zeroMeansCopy = node.node().intAttribute("allowzero", 0) == 0;
    const auto text = [&] {
        return "an input of shape " + (data ? toText(*data) : "?") + " to " + toText([&] {
                   Shape shape;
                   for (const auto& element : *target)
                       shape.push_back(element.number ? Dim{*element.number, *element.number < 0 ? "-1" : ""} : Dim::free(element.symbol));
                   return shape;
               }());
    }();
    auto from = data ? toContents(*data) : Contents();
    Shape shape;
    Product others;
    std::optional<std::size_t> inferred;
    for (std::size_t i = 0; i < target->size(); ++i) {
        auto element = (*target)[i];
        if (element.number == -1) {
            if (inferred)
                node.mismatch(text);
            inferred = i;
            shape.push_back(Dim::free(""));
            continue;
        }
        if (element.number == 0 && zeroMeansCopy) {
            if (data && i >= data->size())
                node.mismatch(text);
            element = data ? toElement((*data)[i]) : Element{};
            // A copied extent cancels itself, whatever it is.
            if (data && i < from.size()) {
                from[i] = {1};
                shape.push_back(toDim(element));
                continue;
            }
        }
        if (element.number && *element.number < 0)
            node.mismatch(text);
        shape.push_back(toDim(element));
        others.multiply(element);
    }
    const auto all = productOf(from);
    if (inferred && data)
        shape[*inferred] = remaining(node, all, others, text);
    else if (data && all.symbols.empty() && others.symbols.empty() && all.number != others.number)
        node.mismatch(text);
    if (node.contents(0) && shape.size() <= 2)
        node.outputContents(0, *node.contents(0));
    node.output(0, node.dtype(0), std::move(shape));
}

Dim productDim(std::span<const Dim> dims)
{
    Product product;
    for (const auto& dim : dims)
        product.multiply(toElement(dim));
    if (product.symbols.empty() || product.number == 0)
        return Dim::fixed(product.number);
    return Dim::free(product.symbols.size() == 1 && product.number == 1 ? product.symbols.front() : "");
}

void flatten(RuleContext& node)
{
    std::optional<Shape> shape;
    if (const auto& data = node.shape(0)) {
        const auto rank = static_cast<std::int64_t>(data->size());
        auto axis = node.node().intAttribute("axis", 1);
        if (axis < -rank || axis > rank)
            node.mismatch("axis " + std::to_string(axis) + " of an input of shape " + toText(*data));
        axis += axis < 0 ? rank : 0;
        const std::span<const Dim> dims(*data);
        shape = Shape{productDim(dims.first(static_cast<std::size_t>(axis))), productDim(dims.subspan(static_cast<std::size_t>(axis)))};
    }
    node.output(0, node.dtype(0), std::move(shape));
}

// Of a matrix.
void transposeContents(RuleContext& node)
{
    const auto& contents = node.contents(0);
    const auto& shape = node.shape(0);
    if (!contents || !shape || shape->size() != 2 || !(*shape)[0].isFixed() || !(*shape)[1].isFixed())
        return;
    const auto rows = static_cast<std::size_t>((*shape)[0].extent), columns = static_cast<std::size_t>((*shape)[1].extent);
    if (contents->size() != rows * columns)
        return;
    if (node.node().intsAttribute("perm", {1, 0}) != std::vector<std::int64_t>{1, 0}) {
        node.outputContents(0, *contents);
        return;
    }
    Contents turned;
    for (std::size_t column = 0; column < columns; ++column)
        for (std::size_t row = 0; row < rows; ++row)
            turned.push_back((*contents)[row * columns + column]);
    node.outputContents(0, std::move(turned));
}

void transpose(RuleContext& node)
{
    std::optional<Shape> shape;
    if (const auto& data = node.shape(0)) {
        std::vector<std::int64_t> reversed(data->size());
        std::iota(reversed.rbegin(), reversed.rend(), 0);
        const auto order = node.node().intsAttribute("perm", reversed);
        auto sorted = order;
        std::ranges::sort(sorted);
        std::ranges::reverse(reversed);
        if (sorted != reversed)
            node.mismatch("'perm' is " + toText(order) + " for an input of shape " + toText(*data));
        shape.emplace();
        for (const auto axis : order)
            shape->push_back((*data)[static_cast<std::size_t>(axis)]);
    }
    transposeContents(node);
    node.output(0, node.dtype(0), std::move(shape));
}

void squeeze(RuleContext& node)
{
    if (node.contents(0))
        node.outputContents(0, *node.contents(0));
    const auto& data = node.shape(0);
    const auto axes = node.listFrom(1, "axes");
    if (!data || (!axes && node.hasList(1, "axes"))) {
        node.output(0, node.dtype(0), std::nullopt);
        return;
    }
    std::vector<bool> goes(data->size());
    if (axes)
        for (const auto value : *axes) {
            const auto axis = node.axis(value, data->size());
            if ((*data)[axis].isFixed() && (*data)[axis].extent != 1)
                node.mismatch("axis " + std::to_string(value) + " of an input of shape " + toText(*data) + " is not 1");
            goes[axis] = true;
        }
    else
        for (std::size_t i = 0; i < data->size(); ++i)
            goes[i] = (*data)[i] == Dim::fixed(1);
    Shape shape;
    for (std::size_t i = 0; i < data->size(); ++i)
        if (!goes[i])
            shape.push_back((*data)[i]);
    node.output(0, node.dtype(0), std::move(shape));
}

void unsqueeze(RuleContext& node)
{
    const auto& data = node.shape(0);
    const auto axes = node.listFrom(1, "axes");
    if (!data || !axes) {
        node.output(0, node.dtype(0), std::nullopt);
        return;
    }
    const auto rank = data->size() + axes->size();
    std::vector<bool> added(rank);
    for (const auto value : *axes) {
        const auto axis = node.axis(value, rank);
        if (added[axis])
            node.mismatch("an axis is given twice");
        added[axis] = true;
    }
    Shape shape;
    for (std::size_t i = 0, next = 0; i < rank; ++i)
        shape.push_back(added[i] ? Dim::fixed(1) : (*data)[next++]);
    if (node.contents(0) && rank <= 1)
        node.outputContents(0, *node.contents(0));
    node.output(0, node.dtype(0), std::move(shape));
}

// [N, C, H, W] <-> [N, C / b^2, H * b, W * b].
void depthSpace(RuleContext& node)
{
    auto shape = node.shape(0);
    if (shape) {
        const auto block = node.node().intAttribute("blocksize", 0);
        const bool toSpace = node.node().opType == "DepthToSpace";
        const auto text = "a block of " + std::to_string(block) + " for an input of shape " + toText(*shape);
        if (shape->size() != 4 || block < 1 || block > 65536)
            node.mismatch(text);
        const auto scale = [&](Dim& dim, std::int64_t factor, bool up) {
            if (!dim.isFixed())
                dim = block == 1 ? dim : Dim::free("");
            else if (!up && dim.extent % factor != 0)
                node.mismatch(text);
            else
                dim.extent = up ? dim.extent * factor : dim.extent / factor;
        };
        scale((*shape)[1], block * block, !toSpace);
        scale((*shape)[2], block, toSpace);
        scale((*shape)[3], block, toSpace);
    }
    node.output(0, node.dtype(0), std::move(shape));
}

} // namespace

void addLayoutRules(ShapeRules& rules)
{
    rules.add("", {"Reshape"}, reshape);
    rules.add("", {"Flatten"}, flatten);
    rules.add("", {"Transpose"}, transpose);
    rules.add("", {"Squeeze"}, squeeze);
    rules.add("", {"Unsqueeze"}, unsqueeze);
    rules.add("", {"DepthToSpace", "SpaceToDepth"}, depthSpace);
}

} // namespace hone
