// SPDX-License-Identifier: GPL-3.0-or-later
#include "graph/shape_rules.h"

#include <algorithm>

namespace hone
{
namespace
{

// Reduced axes become 1, or go.
Shape reduced(const Shape& shape, const std::vector<bool>& goes, bool keep)
{
    Shape result;
    for (std::size_t i = 0; i < shape.size(); ++i)
        if (!goes[i])
            result.push_back(shape[i]);
        else if (keep)
            result.push_back(Dim::fixed(1));
    return result;
}

void productOfContents(RuleContext& node)
{
    const auto numbers = node.numbers(0);
    if (node.node().opType != "ReduceProd" || !numbers)
        return;
    std::int64_t product = 1;
    for (const auto number : *numbers)
        if (__builtin_mul_overflow(product, number, &product))
            return;
    node.outputContents(0, {{product}});
}

void reduce(RuleContext& node)
{
    const auto& data = node.shape(0);
    const bool keep = node.node().intAttribute("keepdims", 1) != 0;
    if (!data) {
        node.output(0, node.dtype(0), std::nullopt);
        return;
    }
    auto axes = node.listFrom(1, "axes");
    if (!axes && node.hasList(1, "axes")) {
        node.output(0, node.dtype(0), keep ? std::optional(Shape(data->size(), Dim::free(""))) : std::nullopt);
        return;
    }
    const bool none = !axes || axes->empty();
    if (none && node.node().intAttribute("noop_with_empty_axes", 0) != 0) {
        node.output(0, node.dtype(0), *data);
        return;
    }
    std::vector<bool> goes(data->size(), none);
    if (!none)
        for (const auto value : *axes)
            goes[node.axis(value, data->size())] = true;
    if (data->size() <= 1 && (data->empty() || goes[0]))
        productOfContents(node);
    node.output(0, node.dtype(0), reduced(*data, goes, keep));
}

void argument(RuleContext& node)
{
    std::optional<Shape> shape;
    if (const auto& data = node.shape(0)) {
        std::vector<bool> goes(data->size());
        goes.at(node.axis(node.node().intAttribute("axis", 0), data->size())) = true;
        shape = reduced(*data, goes, node.node().intAttribute("keepdims", 1) != 0);
    }
    node.output(0, DType::Int64, std::move(shape));
}

// Scores [n, classes, d1...]; without a reduction a loss for each label [n, d1...].
void loss(RuleContext& node)
{
    std::optional<Shape> shape = Shape();
    if (node.node().stringAttribute("reduction", "mean") == "none")
        shape = node.shape(1);
    node.output(0, node.dtype(0), std::move(shape));
    node.output(1, node.dtype(0), node.shape(0));
}

} // namespace

void addReductionRules(ShapeRules& rules)
{
    rules.add("",
              {"ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum",
               "ReduceSumSquare"},
              reduce);
    rules.add("", {"ArgMax", "ArgMin"}, argument);
    rules.add("", {"NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss"}, loss);
}

} // namespace hone
