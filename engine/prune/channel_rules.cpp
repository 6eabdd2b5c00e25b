// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/channel_rules.h"

#include <map>
#include <set>

namespace hone
{
namespace
{

using Table = std::map<std::string, ChannelRule, std::less<>>;

void addAll(Table& table, ChannelRule rule, std::initializer_list<const char*> names)
{
    for (const char* name : names)
        table[name] = rule;
}

Table makeTable()
{
    Table table = {{"Conv", rules::conv},
                   {"ConvTranspose", rules::convTranspose},
                   {"Gemm", rules::gemm},
                   {"MatMul", rules::matMul},
                   {"Resize", rules::resize},
                   {"Upsample", rules::resize},
                   {"Pad", rules::pad},
                   {"LRN", rules::lrn},
                   {"Transpose", rules::transpose},
                   {"Squeeze", rules::squeeze},
                   {"Unsqueeze", rules::unsqueeze},
                   {"Flatten", rules::flatten},
                   {"Reshape", rules::reshape},
                   {"Expand", rules::expand},
                   {"Concat", rules::concat},
                   {"Split", rules::split},
                   {"Slice", rules::slice},
                   {"Gather", rules::gather},
                   {"Shape", rules::shapeOf},
                   {"DepthToSpace", rules::depthToSpace},
                   {"SpaceToDepth", rules::spaceToDepth},
                   {"Tile", rules::tile},
                   {"ConstantOfShape", rules::constantOfShape},
                   {"LSTM", rules::recurrent},
                   {"GRU", rules::recurrent},
                   {"RNN", rules::recurrent},
                   {"GroupNormalization", rules::groupNormalization}};
    addAll(table, rules::unary,
           {"Abs",      "Acos",    "Asin",  "Atan",      "Cast",    "Ceil",           "Celu", "Clip",        "Cos",
            "Cosh",     "Dropout", "Elu",   "Erf",       "Exp",     "Floor",          "Gelu", "HardSigmoid", "HardSwish",
            "Identity", "IsInf",   "IsNaN", "LeakyRelu", "Log",     "Mish",           "Neg",  "Not",         "Reciprocal",
            "Relu",     "Round",   "Selu",  "Shrink",    "Sigmoid", "Sign",           "Sin",  "Sinh",        "Softplus",
            "Softsign", "Sqrt",    "Swish", "Tan",       "Tanh",    "ThresholdedRelu"});
    addAll(table, rules::broadcast,
           {"Add", "Sub", "Mul", "Div", "Pow", "Min", "Max", "Sum", "Mean", "And", "Or", "Xor", "Equal", "Greater", "Less",
            "GreaterOrEqual", "LessOrEqual", "Where", "PRelu"});
    addAll(table, rules::channelNormalization, {"BatchNormalization", "InstanceNormalization"});
    addAll(table, rules::pool, {"MaxPool", "AveragePool", "LpPool", "GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool"});
    addAll(table, rules::softmax, {"Softmax", "LogSoftmax", "Hardmax"});
    addAll(table, rules::overTrailingAxes, {"LayerNormalization", "RMSNormalization"});
    addAll(table, rules::overOneAxis, {"CumSum", "LpNormalization"});
    addAll(table, rules::reduce,
           {"ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSum",
            "ReduceLogSumExp"});
    addAll(table, rules::argReduce, {"ArgMax", "ArgMin"});
    addAll(table, rules::quantized,
           {"QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "QLinearConv", "QLinearMatMul", "ConvInteger", "MatMulInteger"});
    return table;
}

// ONNX Runtime's own operators of this domain that its optimizer writes.
ChannelRule contribRule(const Node& node)
{
    const bool unary = node.opType == "Gelu" || node.opType == "QuickGelu" || (node.opType == "FastGelu" && node.inputs.size() == 1);
    return node.domain == "com.microsoft" && unary ? rules::unary : nullptr;
}

} // namespace

ChannelRule channelRule(const Node& node)
{
    static const Table table = makeTable();
    if (!node.domain.empty() && node.domain != "ai.onnx")
        return node.opType.starts_with("QLinear") ? rules::quantized : contribRule(node);
    const auto found = table.find(node.opType);
    return found == table.end() ? nullptr : found->second;
}

bool followsShapeElements(const Node& node)
{
    static const std::set<std::string> ops = {"Identity", "Cast",    "Squeeze", "Unsqueeze", "Gather", "Slice",
                                              "Concat",   "Reshape", "Expand",  "Resize",    "Add",    "Sub",
                                              "Mul",      "Div",     "Equal",   "Where",     "Tile",   "ConstantOfShape"};
    return ops.contains(node.opType);
}

namespace rules
{

AxisArgument axisArgument(ChannelWalk& walk, NodeId id, const std::string& attribute, std::size_t input)
{
    const Node& node = walk.graph().node(id);
    if (node.hasAttribute(attribute))
        return {true, node.intsAttribute(attribute)};
    const ValueId value = node.input(input);
    if (!value.valid())
        return {};
    AxisArgument argument{true, {}};
    const Tensor* written = writtenConstant(walk.graph(), value, walk.uses().producer(value));
    const Tensor& known = written ? *written : walk.types().constant(value);
    if (!known.isNull() && (known.dtype() == DType::Int64 || known.dtype() == DType::Int32))
        argument.values = toInt64s(known);
    return argument;
}

std::optional<std::size_t> normalizeAxis(std::int64_t axis, std::size_t rank)
{
    const auto count = static_cast<std::int64_t>(rank);
    if (axis < -count || axis >= count)
        return {};
    return static_cast<std::size_t>(axis < 0 ? axis + count : axis);
}

std::optional<std::vector<std::size_t>> normalizeAxes(const std::vector<std::int64_t>& axes, std::size_t rank)
{
    std::vector<std::size_t> normal;
    for (const std::int64_t axis : axes) {
        const auto one = normalizeAxis(axis, rank);
        if (!one)
            return {};
        normal.push_back(*one);
    }
    return normal;
}

std::string overAll(const ChannelWalk& walk, NodeId node)
{
    return walk.describe(node) + " computes over all of its channels at once";
}

void lockFrom(ChannelWalk& walk, NodeId node, const AxisList& axes, std::size_t first)
{
    for (std::size_t i = first; i < axes.size(); ++i)
        walk.partition().lockAxis(axes[i], overAll(walk, node));
}

void quantized(ChannelWalk& walk, NodeId node)
{
    walk.refuse(node, "is quantized (" + walk.describe(node) + "): prune before quantizing");
}

} // namespace rules
} // namespace hone
