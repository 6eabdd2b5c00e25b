// SPDX-License-Identifier: GPL-3.0-or-later
// Operators that pick, put, join and cut elements.
#include "graph/shape_rules.h"

#include <algorithm>

namespace hone
{
namespace
{

void gather(RuleContext& node)
{
    const auto &data = node.shape(0), &indices = node.shape(1);
    if (!data || !indices) {
        node.output(0, node.dtype(0), std::nullopt);
        return;
    }
    const auto axis = static_cast<std::ptrdiff_t>(node.axis(node.node().intAttribute("axis", 0), data->size()));
    Shape shape(data->begin(), data->begin() + axis);
    shape.insert(shape.end(), indices->begin(), indices->end());
    shape.insert(shape.end(), data->begin() + axis + 1, data->end());

    const auto& contents = node.contents(0);
    if (const auto picked = node.numbers(1); contents && picked && data->size() == 1) {
        const auto count = static_cast<std::int64_t>(contents->size());
        Contents result;
        for (const auto index : *picked) {
            if (index < -count || index >= count)
                node.mismatch("index " + std::to_string(index) + " into " + std::to_string(count) + " elements");
            result.push_back((*contents)[static_cast<std::size_t>(index < 0 ? index + count : index)]);
        }
        node.outputContents(0, std::move(result));
    }
    node.output(0, node.dtype(0), std::move(shape));
}

void gatherElements(RuleContext& node)
{
    node.output(0, node.dtype(0), node.shape(1));
}

// indices [..., k] pick slices: batch extents, then the others of indices, then data's from batch + k on.
void gatherNd(RuleContext& node)
{
    const auto &data = node.shape(0), &indices = node.shape(1);
    if (!data || !indices || indices->empty() || !indices->back().isFixed()) {
        node.output(0, node.dtype(0), std::nullopt);
        return;
    }
    const auto first = node.node().intAttribute("batch_dims", 0) + indices->back().extent;
    if (first < 0 || first > static_cast<std::int64_t>(data->size()))
        node.mismatch("indices of shape " + toText(*indices) + " into an input of shape " + toText(*data));
    Shape shape(indices->begin(), indices->end() - 1);
    shape.insert(shape.end(), data->begin() + first, data->end());
    node.output(0, node.dtype(0), std::move(shape));
}

void likeFirstInput(RuleContext& node)
{
    node.output(0, node.dtype(0), node.shape(0));
}

void concatContents(RuleContext& node)
{
    Contents result;
    for (std::size_t i = 0; i < node.inputCount(); ++i) {
        if (!node.contents(i) || !node.shape(i) || node.shape(i)->size() != 1 || result.size() > mostContents)
            return;
        result.insert(result.end(), node.contents(i)->begin(), node.contents(i)->end());
    }
    node.outputContents(0, std::move(result));
}

void concat(RuleContext& node)
{
    concatContents(node);
    auto shape = node.shape(0);
    for (std::size_t i = 1; i < node.inputCount() && shape; ++i) {
        const auto& next = node.shape(i);
        if (!next) {
            shape.reset();
            break;
        }
        const auto text = "inputs of the shapes " + toText(*shape) + " and " + toText(*next);
        if (next->size() != shape->size())
            node.mismatch(text);
        const auto axis = node.axis(node.node().intAttribute("axis", 1), shape->size());
        for (std::size_t d = 0; d < shape->size(); ++d) {
            auto& dim = (*shape)[d];
            const auto& other = (*next)[d];
            if (d == axis)
                dim = dim.isFixed() && other.isFixed() ? Dim::fixed(dim.extent + other.extent) : Dim::free("");
            else if (dim.isFixed() && other.isFixed() && dim != other)
                node.mismatch(text);
            else if (!dim.isFixed() && (other.isFixed() || dim.symbol.empty()))
                dim = other;
        }
    }
    node.output(0, node.dtype(0), std::move(shape));
}

// Lengths of the parts; nullopt where they aren't known.
std::optional<std::vector<std::int64_t>> partsOf(const RuleContext& node, const Dim& dim)
{
    const auto count = static_cast<std::int64_t>(node.outputCount());
    if (node.hasList(1, "split")) {
        auto parts = node.listFrom(1, "split");
        if (!parts)
            return std::nullopt;
        std::int64_t sum = 0;
        for (const auto part : *parts)
            if (part < 0 || __builtin_add_overflow(sum, part, &sum))
                node.mismatch("it splits into " + toText(*parts));
        if (static_cast<std::int64_t>(parts->size()) != count || (dim.isFixed() && dim.extent != sum))
            node.mismatch("it splits " + (dim.isFixed() ? std::to_string(dim.extent) : "an extent") + " into " + toText(*parts) + " for " +
                          std::to_string(count) + " outputs");
        return parts;
    }
    if (!dim.isFixed() || count == 0)
        return std::nullopt;
    // Equal parts; since opset 18 the last one may be smaller.
    const auto part = (dim.extent + count - 1) / count;
    std::vector<std::int64_t> parts(static_cast<std::size_t>(count), part);
    parts.back() = dim.extent - part * (count - 1);
    if (parts.back() < 0 || (parts.back() != part && node.opset() < 18))
        node.mismatch("it splits " + std::to_string(dim.extent) + " into " + std::to_string(count) + " parts");
    return parts;
}

void splitContents(RuleContext& node, const std::vector<std::int64_t>& parts)
{
    const auto& contents = node.contents(0);
    if (!contents || !node.shape(0) || node.shape(0)->size() != 1)
        return;
    auto next = contents->begin();
    for (std::size_t i = 0; i < parts.size(); ++i) {
        node.outputContents(i, Contents(next, next + parts[i]));
        next += parts[i];
    }
}

void split(RuleContext& node)
{
    const auto& data = node.shape(0);
    if (!data) {
        for (std::size_t i = 0; i < node.outputCount(); ++i)
            node.output(i, node.dtype(0), std::nullopt);
        return;
    }
    const auto axis = node.axis(node.node().intAttribute("axis", 0), data->size());
    const auto parts = partsOf(node, (*data)[axis]);
    for (std::size_t i = 0; i < node.outputCount(); ++i) {
        auto shape = *data;
        shape[axis] = parts ? Dim::fixed((*parts)[i]) : Dim::free("");
        node.output(i, node.dtype(0), std::move(shape));
    }
    if (parts)
        splitContents(node, *parts);
}

void topK(RuleContext& node)
{
    auto shape = node.shape(0);
    if (shape) {
        const auto axis = node.axis(node.node().intAttribute("axis", -1), shape->size());
        auto count = Dim::free("");
        if (node.node().hasAttribute("k"))
            count = toDim({node.node().intAttribute("k", 0)});
        else if (node.contents(1) && node.contents(1)->size() == 1)
            count = toDim(node.contents(1)->front());
        if (count.isFixed() && (*shape)[axis].isFixed() && count.extent > (*shape)[axis].extent)
            node.mismatch("the best " + std::to_string(count.extent) + " of an input of shape " + toText(*shape));
        (*shape)[axis] = count;
    }
    node.output(0, node.dtype(0), shape);
    node.output(1, DType::Int64, shape);
}

void oneHot(RuleContext& node)
{
    auto shape = node.shape(0);
    if (shape) {
        const auto axis = node.axis(node.node().intAttribute("axis", -1), shape->size() + 1);
        const auto& depth = node.contents(1);
        shape->insert(shape->begin() + static_cast<std::ptrdiff_t>(axis),
                      depth && depth->size() == 1 ? toDim(depth->front()) : Dim::free(""));
    }
    node.output(0, node.dtype(2), std::move(shape));
}

void nonZero(RuleContext& node)
{
    std::optional<Shape> shape;
    if (node.shape(0))
        shape = Shape{Dim::fixed(static_cast<std::int64_t>(node.shape(0)->size())), Dim::free("")};
    node.output(0, DType::Int64, std::move(shape));
}

// How many are kept depends on the data.
void compress(RuleContext& node)
{
    std::optional<Shape> shape = Shape{Dim::free("")};
    if (node.node().hasAttribute("axis")) {
        shape = node.shape(0);
        if (shape)
            (*shape)[node.axis(node.node().intAttribute("axis", 0), shape->size())] = Dim::free("");
    }
    node.output(0, node.dtype(0), std::move(shape));
}

void unique(RuleContext& node)
{
    compress(node);
    for (std::size_t i = 1; i < node.outputCount(); ++i)
        node.output(i, DType::Int64, Shape{Dim::free("")});
}

void tfIdf(RuleContext& node)
{
    std::int64_t width = 0;
    for (const auto column : node.node().intsAttribute("ngram_indexes"))
        if (column >= 0 && column < largestParameter)
            width = std::max(width, column + 1);
    auto shape = node.shape(0);
    if (shape && !shape->empty())
        shape->back() = Dim::fixed(width);
    node.output(0, DType::Float32, std::move(shape));
}

} // namespace

void addIndexingRules(ShapeRules& rules)
{
    rules.add("", {"Gather"}, gather);
    rules.add("", {"GatherElements"}, gatherElements);
    rules.add("", {"GatherND"}, gatherNd);
    rules.add("", {"Scatter", "ScatterElements", "ScatterND"}, likeFirstInput);
    rules.add("", {"Concat"}, concat);
    rules.add("", {"Split"}, split);
    rules.add("", {"TopK"}, topK);
    rules.add("", {"OneHot"}, oneHot);
    rules.add("", {"NonZero"}, nonZero);
    rules.add("", {"Compress"}, compress);
    rules.add("", {"Unique"}, unique);
    rules.add("", {"TfIdfVectorizer"}, tfIdf);
}

} // namespace hone
