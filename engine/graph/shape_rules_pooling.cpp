// SPDX-License-Identifier: GPL-3.0-or-later
#include "graph/shape_window.h"

#include <algorithm>

namespace hone
{
namespace
{

void pool(RuleContext& node)
{
    std::optional<Shape> shape;
    if (const auto& data = node.shape(0)) {
        node.requireRank(0, 3);
        const auto rank = data->size() - 2;
        if (node.node().intsAttribute("kernel_shape").empty())
            node.mismatch("it has no 'kernel_shape'");
        const auto window = readWindow(node, node.list("kernel_shape", rank, 1, 1));
        const auto rounding = node.node().intAttribute("ceil_mode", 0) != 0 ? Rounding::Up : Rounding::Down;
        shape = slide(node, window, Shape(data->begin() + 2, data->end()), rounding);
        shape->insert(shape->begin(), {(*data)[0], (*data)[1]});
    }
    node.output(0, node.dtype(0), shape);
    node.output(1, DType::Int64, shape); // MaxPool's indices
}

void globalPool(RuleContext& node)
{
    auto shape = node.shape(0);
    if (shape) {
        node.requireRank(0, 2);
        std::fill(shape->begin() + 2, shape->end(), Dim::fixed(1));
    }
    node.output(0, node.dtype(0), std::move(shape));
}

// (in - 1) * stride + kernel - pads, unless the shape is given.
void maxUnpool(RuleContext& node)
{
    auto shape = node.shape(0);
    if (node.has(2)) {
        shape.reset();
        if (const auto& wanted = node.contents(2)) {
            shape.emplace();
            for (const auto& element : *wanted)
                shape->push_back(toDim(element));
        }
    } else if (shape) {
        node.requireRank(0, 3);
        const auto rank = shape->size() - 2;
        const auto window = readWindow(node, node.list("kernel_shape", rank, 1, 1));
        for (std::size_t i = 0; i < rank; ++i)
            if (auto& dim = (*shape)[i + 2]; dim.isFixed())
                dim = Dim::fixed(std::max<std::int64_t>(0, (dim.extent - 1) * window.strides[i] + window.kernel[i] - window.padsBegin[i] -
                                                               window.padsEnd[i]));
            else
                dim = Dim::free("");
    }
    node.output(0, node.dtype(0), std::move(shape));
}

} // namespace

void addPoolingRules(ShapeRules& rules)
{
    rules.add("", {"MaxPool", "AveragePool", "LpPool"}, pool);
    rules.add("", {"MaxUnpool"}, maxUnpool);
    rules.add("", {"GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool"}, globalPool);
}

} // namespace hone
