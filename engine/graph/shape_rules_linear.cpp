// SPDX-License-Identifier: GPL-3.0-or-later
// Matrix products.
#include "graph/shape_rules.h"

#include <algorithm>
#include <array>
#include <map>
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

// ONNX Runtime's product with a matrix in blocks of few bits: [..., K] to [..., N].
void matMulNBits(RuleContext& node)
{
    auto shape = node.shape(0);
    const auto k = node.node().intAttribute("K", 0), n = node.node().intAttribute("N", 0);
    if (shape) {
        node.requireRank(0, 1);
        if (n < 1 || k < 1 || (shape->back().isFixed() && shape->back().extent != k))
            node.mismatch("a matrix of " + std::to_string(k) + " by " + std::to_string(n) + " for an input of shape " + toText(*shape));
        shape->back() = Dim::fixed(n);
    }
    node.output(0, node.dtype(0), std::move(shape));
}

// Letters of one term of an equation; the axes that an ellipsis stands for are the letter '.', as often as needed.
std::optional<std::string> letters(std::string_view term, std::size_t rank)
{
    std::string result;
    for (std::size_t i = 0; i < term.size(); ++i) {
        if (term.substr(i, 3) != "...") {
            result += term[i];
            continue;
        }
        const auto others = term.size() - 3;
        if (others > rank)
            return std::nullopt;
        result.append(rank - others, '.');
        i += 2;
    }
    return result;
}

// numpy's einsum: every letter is an extent, whatever operand has it; those of an ellipsis broadcast.
void einsum(RuleContext& node)
{
    auto equation = node.node().stringAttribute("equation", "");
    std::erase(equation, ' ');
    const auto arrow = equation.find("->");
    const auto left = std::string_view(equation).substr(0, arrow);
    std::map<char, Dim> extents;
    std::map<char, int> counts;
    Shape ellipsis;
    std::size_t begin = 0;
    for (std::size_t operand = 0; operand < node.inputCount(); ++operand) {
        const auto& shape = node.shape(operand);
        const auto end = std::min(left.find(',', begin), left.size());
        const auto term = shape && begin <= end ? letters(left.substr(begin, end - begin), shape->size()) : std::nullopt;
        if (!term) {
            node.output(0, node.dtype(0), std::nullopt);
            return;
        }
        if (term->size() != shape->size())
            node.mismatch("'" + equation + "' for an operand of shape " + toText(*shape));
        Shape covered;
        for (std::size_t i = 0; i < term->size(); ++i) {
            const auto& dim = (*shape)[i];
            if ((*term)[i] == '.') {
                covered.push_back(dim);
                continue;
            }
            auto& extent = extents.try_emplace((*term)[i], dim).first->second;
            if (!extent.isFixed() || extent.extent == 1)
                extent = dim.isFixed() || extent.isFixed() ? dim : extent;
            ++counts[(*term)[i]];
        }
        ellipsis = node.broadcast(ellipsis, covered);
        begin = end + 1;
    }
    std::string right;
    if (arrow != std::string::npos)
        right = equation.substr(arrow + 2);
    else
        for (const auto& [letter, count] : counts) // in alphabetical order, behind the ellipsis
            right += count == 1 ? std::string(1, letter) : "";
    if (arrow == std::string::npos && !ellipsis.empty())
        right = "..." + right;
    Shape shape;
    for (std::size_t i = 0; i < right.size(); ++i) {
        if (right.compare(i, 3, "...") == 0) {
            shape.insert(shape.end(), ellipsis.begin(), ellipsis.end());
            i += 2;
            continue;
        }
        const auto found = extents.find(right[i]);
        if (found == extents.end())
            node.mismatch("'" + equation + "' has an output letter that no operand has");
        shape.push_back(found->second);
    }
    node.output(0, node.dtype(0), std::move(shape));
}

void determinant(RuleContext& node)
{
    auto shape = node.shape(0);
    if (shape) {
        node.requireRank(0, 2);
        shape->resize(shape->size() - 2);
    }
    node.output(0, node.dtype(0), std::move(shape));
}

// Q, K, V of three axes [batch, sequence, heads * size] or four [batch, heads, sequence, size]. Presents have four.
void attention(RuleContext& node)
{
    auto y = node.shape(0);
    const auto& values = node.shape(2);
    std::array<std::optional<Shape>, 2> presents;
    if (y && values && y->size() == values->size() && (y->size() == 3 || y->size() == 4)) {
        const auto queryHeads = node.node().intAttribute("q_num_heads", 0), keyHeads = node.node().intAttribute("kv_num_heads", 0);
        if (y->size() == 4)
            y->back() = values->back();
        else if (keyHeads > 0 && values->back().isFixed() && queryHeads > 0 && queryHeads < largestParameter &&
                 values->back().extent < largestParameter)
            y->back() = Dim::fixed(values->back().extent / keyHeads * queryHeads);
        else
            y->back() = Dim::free("");
        for (std::size_t i = 0; i < 2; ++i)
            if (const auto& own = node.shape(1 + i); own && own->size() == 4) {
                presents[i] = own;
                if (node.has(4 + i))
                    (*presents[i])[2] = Dim::free("");
            }
    } else {
        y.reset();
    }
    node.output(0, node.dtype(0), std::move(y));
    node.output(1, node.dtype(1), presents[0]);
    node.output(2, node.dtype(2), presents[1]);
    node.output(3, node.dtype(0), std::nullopt);
}

} // namespace

void addLinearRules(ShapeRules& rules)
{
    rules.add("", {"Gemm"}, gemm);
    rules.add("", {"MatMul"}, matMul);
    rules.add("", {"Einsum"}, einsum);
    rules.add("", {"Attention"}, attention);
    rules.add("", {"Det"}, determinant);
    rules.add("", {"MatMulInteger"}, integerMatMul);
    rules.add("", {"QLinearMatMul"}, quantizedMatMul);
    rules.add("com.microsoft", {"MatMulNBits"}, matMulNBits);
}

} // namespace hone
