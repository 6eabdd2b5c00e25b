// SPDX-License-Identifier: GPL-3.0-or-later
// Matrix products.
#include "graph/shape_rules.h"

#include <algorithm>
#include <utility>

namespace hone
{
namespace
{

bool differ(const Dim& a, const Dim& b)
{
    return a.isFixed() && b.isFixed() && a != b;
}

void gemm(RuleContext& node)
{
    const auto &left = node.shape(0), &right = node.shape(1);
    if (!left || !right) {
        node.output(0, node.dtype(0), std::nullopt);
        return;
    }
    const auto text = "matrices of the shapes " + toText(*left) + " and " + toText(*right);
    if (left->size() != 2 || right->size() != 2)
        node.mismatch(text);
    auto a = *left, b = *right;
    if (node.node().intAttribute("transA", 0) != 0)
        std::swap(a[0], a[1]);
    if (node.node().intAttribute("transB", 0) != 0)
        std::swap(b[0], b[1]);
    if (differ(a[1], b[0]))
        node.mismatch(text);
    const Shape shape{a[0], b[1]};
    // The bias broadcasts to the product, never the other way.
    if (node.shape(2))
        for (std::size_t i = 0; const auto& dim : *node.shape(2)) {
            const auto offset = 2 - std::min<std::size_t>(2, node.shape(2)->size());
            if (node.shape(2)->size() > 2 || (dim != Dim::fixed(1) && differ(dim, shape[offset + i])))
                node.mismatch("a bias of shape " + toText(*node.shape(2)) + " for an output of shape " + toText(shape));
            ++i;
        }
    node.output(0, node.dtype(0), shape);
}

// numpy's matmul: vectors are rows on the left and columns on the right, batches broadcast.
std::optional<Shape> product(const RuleContext& node, std::size_t leftInput, std::size_t rightInput)
{
    if (!node.shape(leftInput) || !node.shape(rightInput))
        return std::nullopt;
    auto a = *node.shape(leftInput), b = *node.shape(rightInput);
    const auto text = "matrices of the shapes " + toText(a) + " and " + toText(b);
    if (a.empty() || b.empty())
        node.mismatch(text);
    const bool row = a.size() == 1, column = b.size() == 1;
    if (row)
        a.insert(a.begin(), Dim::fixed(1));
    if (column)
        b.push_back(Dim::fixed(1));
    if (differ(a.back(), b[b.size() - 2]))
        node.mismatch(text);
    auto shape = node.broadcast(Shape(a.begin(), a.end() - 2), Shape(b.begin(), b.end() - 2));
    if (!row)
        shape.push_back(a[a.size() - 2]);
    if (!column)
        shape.push_back(b.back());
    return shape;
}

void matMul(RuleContext& node)
{
    node.output(0, node.dtype(0), product(node, 0, 1));
}

void integerMatMul(RuleContext& node)
{
    node.output(0, DType::Int32, product(node, 0, 1));
}

void quantizedMatMul(RuleContext& node)
{
    node.output(0, node.dtype(7), product(node, 0, 3));
}

} // namespace

void addLinearRules(ShapeRules& rules)
{
    rules.add("", {"Gemm"}, gemm);
    rules.add("", {"MatMul"}, matMul);
    rules.add("", {"MatMulInteger"}, integerMatMul);
    rules.add("", {"QLinearMatMul"}, quantizedMatMul);
}

} // namespace hone
