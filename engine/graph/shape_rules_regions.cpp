// SPDX-License-Identifier: GPL-3.0-or-later
// Regions and places of pictures, and boxes.
#include "graph/shape_rules.h"

namespace hone
{
namespace
{

Dim known(std::int64_t extent)
{
    return toDim({extent});
}

Dim first(const RuleContext& node, std::size_t input)
{
    return node.shape(input) && !node.shape(input)->empty() ? node.shape(input)->front() : Dim::free("");
}

// X [n, c, h, w] and regions [r, ...] to [r, c, height, width].
void regions(RuleContext& node, std::int64_t height, std::int64_t width)
{
    node.requireRank(0, 4);
    std::optional<Shape> shape;
    if (node.shape(0))
        shape = Shape{first(node, 1), (*node.shape(0))[1], known(height), known(width)};
    node.output(0, node.dtype(0), std::move(shape));
}

void roiAlign(RuleContext& node)
{
    regions(node, node.node().intAttribute("output_height", 1), node.node().intAttribute("output_width", 1));
}

void maxRoiPool(RuleContext& node)
{
    const auto shape = node.node().intsAttribute("pooled_shape");
    if (shape.size() != 2)
        node.mismatch("'pooled_shape' is " + toText(shape));
    regions(node, shape[0], shape[1]);
}

// X [n, c, d1...], grid [n, o1..., rank] to [n, c, o1...].
void gridSample(RuleContext& node)
{
    std::optional<Shape> shape;
    const auto &data = node.shape(0), &grid = node.shape(1);
    if (data && grid) {
        if (data->size() < 3 || grid->size() != data->size())
            node.mismatch("a grid of shape " + toText(*grid) + " for an input of shape " + toText(*data));
        shape = Shape{(*data)[0], (*data)[1]};
        shape->insert(shape->end(), grid->begin() + 1, grid->end() - 1);
    }
    node.output(0, node.dtype(0), std::move(shape));
}

// Size [n, c, o1...] to a grid [n, o1..., rank].
void affineGrid(RuleContext& node)
{
    std::optional<Shape> shape;
    if (const auto& size = node.contents(1); size && size->size() > 2) {
        shape = Shape{toDim((*size)[0])};
        for (std::size_t i = 2; i < size->size(); ++i)
            shape->push_back(toDim((*size)[i]));
        shape->push_back(Dim::fixed(static_cast<std::int64_t>(size->size()) - 2));
    }
    node.output(0, node.dtype(0), std::move(shape));
}

void nonMaxSuppression(RuleContext& node)
{
    node.output(0, DType::Int64, Shape{Dim::free(""), Dim::fixed(3)});
}

} // namespace

void addRegionRules(ShapeRules& rules)
{
    rules.add("", {"RoiAlign"}, roiAlign);
    rules.add("", {"MaxRoiPool"}, maxRoiPool);
    rules.add("", {"GridSample"}, gridSample);
    rules.add("", {"AffineGrid"}, affineGrid);
    rules.add("", {"NonMaxSuppression"}, nonMaxSuppression);
}

} // namespace hone
