// SPDX-License-Identifier: GPL-3.0-or-later
// Operators that work element by element, and normalizations, which keep their input's shape too.
#include "graph/shape_rules.h"

#include <algorithm>

namespace hone
{
namespace
{

void likeFirstInput(RuleContext& node)
{
    node.output(0, node.dtype(0), node.shape(0));
}

void identity(RuleContext& node)
{
    likeFirstInput(node);
    if (const auto tensor = node.constant(0); !tensor.isNull())
        node.outputConstant(0, tensor);
    if (const auto& contents = node.contents(0))
        node.outputContents(0, *contents);
}

void booleanLikeFirst(RuleContext& node)
{
    node.output(0, DType::Bool, node.shape(0));
}

// Before opset 7 only the second input broadcast, along an axis that an attribute gave.
constexpr std::int64_t broadcastsBothWays = 7;

std::optional<Shape> broadcastAll(const RuleContext& node)
{
    if (node.node().domain.empty() && node.opset() < broadcastsBothWays)
        return node.shape(0);
    std::optional<Shape> shape;
    for (std::size_t i = 0; i < node.inputCount(); ++i) {
        if (!node.shape(i))
            return std::nullopt;
        shape = shape ? node.broadcast(*shape, *node.shape(i)) : *node.shape(i);
    }
    return shape;
}

std::optional<std::int64_t> combine(const std::string& opType, std::int64_t a, std::int64_t b)
{
    std::int64_t result = 0;
    if (opType == "Add")
        return __builtin_add_overflow(a, b, &result) ? std::nullopt : std::optional(result);
    if (opType == "Sub")
        return __builtin_sub_overflow(a, b, &result) ? std::nullopt : std::optional(result);
    if (opType == "Mul")
        return __builtin_mul_overflow(a, b, &result) ? std::nullopt : std::optional(result);
    if (opType == "Div")
        return b == 0 || b == -1 ? std::nullopt : std::optional(a / b);
    if (opType == "Mod") { // of the divisor's sign
        if (b == 0 || b == -1)
            return std::nullopt;
        result = a % b;
        return result != 0 && (result < 0) != (b < 0) ? result + b : result;
    }
    if (opType == "Min")
        return std::min(a, b);
    if (opType == "Max")
        return std::max(a, b);
    if (opType == "Equal")
        return a == b;
    if (opType == "Greater")
        return a > b;
    if (opType == "Less")
        return a < b;
    return std::nullopt;
}

Element combine(const std::string& opType, const Element& a, const Element& b)
{
    if (a.number && b.number)
        return {combine(opType, *a.number, *b.number)};
    if ((opType == "Mul" || opType == "Div") && b.number == 1)
        return a;
    if (opType == "Mul" && a.number == 1)
        return b;
    if ((opType == "Add" || opType == "Sub") && b.number == 0)
        return a;
    return {};
}

bool isList(const RuleContext& node, std::size_t input)
{
    return node.shape(input) && node.shape(input)->size() <= 1;
}

// Arithmetic on shapes, element by element or with a single one.
void combineContents(RuleContext& node)
{
    const auto &left = node.contents(0), &right = node.contents(1);
    if (node.inputCount() != 2 || !left || !right || !isList(node, 0) || !isList(node, 1))
        return;
    const auto count = std::max(left->size(), right->size());
    const auto fits = [&](const Contents& side) { return side.size() == count || side.size() == 1; };
    if (!fits(*left) || !fits(*right))
        return;
    Contents result;
    for (std::size_t i = 0; i < count; ++i)
        result.push_back(combine(node.node().opType, (*left)[left->size() == 1 ? 0 : i], (*right)[right->size() == 1 ? 0 : i]));
    node.outputContents(0, std::move(result));
}

void broadcastInputs(RuleContext& node)
{
    node.output(0, node.dtype(0), broadcastAll(node));
    combineContents(node);
}

void compare(RuleContext& node)
{
    node.output(0, DType::Bool, broadcastAll(node));
    combineContents(node);
}

void where(RuleContext& node)
{
    node.output(0, node.dtype(1), broadcastAll(node));
    const auto condition = node.numbers(0);
    const auto &yes = node.contents(1), &no = node.contents(2);
    if (!condition || !yes || !no || !isList(node, 0) || !isList(node, 1) || !isList(node, 2) || yes->size() != condition->size() ||
        no->size() != condition->size())
        return;
    Contents result;
    for (std::size_t i = 0; i < condition->size(); ++i)
        result.push_back((*condition)[i] ? (*yes)[i] : (*no)[i]);
    node.outputContents(0, std::move(result));
}

void cast(RuleContext& node)
{
    const auto to = static_cast<DType>(node.node().intAttribute("to", 0));
    node.output(0, to, node.shape(0));
    if (node.contents(0) && (to == DType::Int64 || to == DType::Int32))
        node.outputContents(0, *node.contents(0));
}

void castLike(RuleContext& node)
{
    node.output(0, node.dtype(1), node.shape(0));
}

void parametricRelu(RuleContext& node)
{
    // The slope broadcasts to the input, never the other way.
    if (node.opset() >= broadcastsBothWays && node.shape(0) && node.shape(1) &&
        node.broadcast(*node.shape(0), *node.shape(1)).size() != node.shape(0)->size())
        node.mismatch("a slope of shape " + toText(*node.shape(1)) + " for an input of shape " + toText(*node.shape(0)));
    likeFirstInput(node);
}

void dropout(RuleContext& node)
{
    identity(node);
    // The mask had the input's type before it became boolean.
    node.output(1, node.opset() >= 10 ? DType::Bool : node.dtype(0), node.shape(0));
}

void requireChannels(const RuleContext& node, std::size_t from, std::size_t to)
{
    if (!node.shape(0) || node.shape(0)->size() < 2)
        return;
    const auto& channels = (*node.shape(0))[1];
    for (auto i = from; i <= to; ++i) {
        const auto& shape = node.shape(i);
        if (shape && (shape->size() != 1 || (channels.isFixed() && (*shape)[0].isFixed() && (*shape)[0] != channels)))
            node.mismatch("a parameter of shape " + toText(*shape) + " for an input of shape " + toText(*node.shape(0)));
    }
}

void batchNormalization(RuleContext& node)
{
    requireChannels(node, 1, 4);
    likeFirstInput(node);
    for (std::size_t i = 1; i < node.outputCount(); ++i)
        node.output(i, node.dtype(3), node.shape(3));
}

void instanceNormalization(RuleContext& node)
{
    requireChannels(node, 1, 2);
    likeFirstInput(node);
}

void layerNormalization(RuleContext& node)
{
    likeFirstInput(node);
    auto reduced = node.shape(0);
    if (reduced) {
        const auto first = node.axis(node.node().intAttribute("axis", -1), reduced->size());
        std::fill(reduced->begin() + static_cast<std::ptrdiff_t>(first), reduced->end(), Dim::fixed(1));
    }
    const auto stash = static_cast<DType>(node.node().intAttribute("stash_type", 1));
    node.output(1, stash, reduced);
    node.output(2, stash, reduced);
}

void softmax(RuleContext& node)
{
    if (node.shape(0) && !node.shape(0)->empty())
        node.axis(node.node().intAttribute("axis", node.opset() >= 13 ? -1 : 1), node.shape(0)->size());
    likeFirstInput(node);
}

} // namespace

void addElementwiseRules(ShapeRules& rules)
{
    rules.add("",
              {"Abs",
               "Acos",
               "Acosh",
               "Asin",
               "Asinh",
               "Atan",
               "Atanh",
               "BitwiseNot",
               "Ceil",
               "Celu",
               "Clip",
               "Cos",
               "Cosh",
               "CumSum",
               "Elu",
               "Erf",
               "Exp",
               "Floor",
               "Gelu",
               "HardSigmoid",
               "HardSwish",
               "LeakyRelu",
               "Log",
               "Mish",
               "Neg",
               "Not",
               "Reciprocal",
               "Relu",
               "Round",
               "Selu",
               "Shrink",
               "Sigmoid",
               "Sign",
               "Sin",
               "Sinh",
               "Softplus",
               "Softsign",
               "Sqrt",
               "Swish",
               "Tan",
               "Tanh",
               "ThresholdedRelu",
               "Trilu",
               "LRN",
               "MeanVarianceNormalization",
               "LpNormalization",
               "GroupNormalization",
               "RMSNormalization",
               "RotaryEmbedding",
               "ReverseSequence"},
              likeFirstInput);
    rules.add("com.microsoft", {"Gelu", "FastGelu", "QuickGelu", "BiasGelu"}, likeFirstInput);
    rules.add("", {"Identity"}, identity);
    rules.add("", {"IsInf", "IsNaN"}, booleanLikeFirst);
    rules.add("",
              {"Add", "Sub", "Mul", "Div", "Pow", "Mod", "BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "Sum", "Mean", "Max", "Min"},
              broadcastInputs);
    rules.add("", {"Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "And", "Or", "Xor"}, compare);
    rules.add("", {"Where"}, where);
    rules.add("", {"Cast"}, cast);
    rules.add("", {"CastLike"}, castLike);
    rules.add("", {"PRelu"}, parametricRelu);
    rules.add("", {"Dropout"}, dropout);
    rules.add("", {"BatchNormalization"}, batchNormalization);
    rules.add("", {"InstanceNormalization"}, instanceNormalization);
    rules.add("", {"LayerNormalization"}, layerNormalization);
    rules.add("", {"Softmax", "LogSoftmax", "Hardmax"}, softmax);
}

} // namespace hone
