// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/half_precision.h"

#include "core/error.h"
#include "graph/shape_inference.h"
#include "quantize/kernels.h"
#include "quantize/weight_layers.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace hone
{
namespace
{

constexpr float largestHalf = 65504;

// Half has 11 digits and ends at 65504.
bool staysFloat(const Node& node)
{
    // clang-format off
    static const std::set<std::string, std::less<>> names = {
        // Sums of squares leave half's range, and differences from a mean leave few digits.
        "BatchNormalization", "GroupNormalization", "InstanceNormalization", "LRN", "LayerNormalization", "LpNormalization", "LpPool",
        "GlobalLpPool", "MeanVarianceNormalization", "ReduceL2", "ReduceSumSquare", "Det",
        // Sums of many terms, whose small ones would vanish beside the sum.
        "CumSum", "ReduceL1", "ReduceLogSum", "ReduceLogSumExp", "ReduceMean", "ReduceProd", "ReduceSum",
        // Exponentials leave half's range at exp(11.1).
        "Exp", "LogSoftmax", "Pow", "Softmax", "Softplus", "Cosh", "Sinh",
        // Positions and frequencies need more than 11 digits.
        "AffineGrid", "DFT", "DeformConv", "GridSample", "MelWeightMatrix", "NonMaxSuppression", "Range", "Resize", "RoiAlign", "STFT", "Upsample",
        // An attribute, not an input, says of which type the result is.
        "Bernoulli", "BlackmanWindow", "Cast", "ConstantOfShape", "DequantizeLinear", "DynamicQuantizeLinear", "EyeLike", "HammingWindow",
        "HannWindow", "Multinomial", "QuantizeLinear", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"};
    // clang-format on
    const bool hasSubgraph = std::ranges::any_of(
        node.attributes, [](const auto& attribute) { return std::holds_alternative<std::shared_ptr<const Graph>>(attribute.second); });
    return !node.domain.empty() || hasSubgraph || names.contains(node.opType);
}

// Bounds of a Clip beyond half's range are none: infinity says the same.
bool mayOverflow(const Node& node, std::size_t input)
{
    return node.opType == "Clip" && input > 0;
}

bool isBeyondHalf(float value)
{
    return std::isfinite(value) && std::abs(value) > largestHalf;
}

class HalfMaker
{
public:
    explicit HalfMaker(const Graph& prepared) : m_types(inferShapes(prepared)), m_uses(prepared) { m_result.graph = prepared; }

    QuantizeResult make(const JobContext& job)
    {
        const auto nodes = graph().order(); // a copy: nodes are added
        for (const auto id : nodes)
            if (becomesHalf(id))
                m_half.insert(id);
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            job.checkStop();
            job.report({Activity::Quantizing, static_cast<double>(i) / static_cast<double>(nodes.size()), {}, 0, 0, {}});
            if (m_half.contains(nodes[i]))
                convert(nodes[i]);
        }
        restoreFloats();
        graph().removeDeadNodes();
        graph().sortTopologically();
        count();
        return std::move(m_result);
    }

private:
    Graph& graph() { return m_result.graph; }

    // Types inferred, or where a rule is missing, declared.
    DType dtypeOf(ValueId id)
    {
        const auto& value = graph().value(id);
        if (!value.constant.isNull())
            return value.constant.dtype();
        const auto inferred = m_types.type(id).dtype;
        return inferred != DType::Undefined ? inferred : value.type.dtype;
    }

    bool becomesHalf(NodeId id)
    {
        const auto& node = graph().node(id);
        if (staysFloat(node))
            return false;
        bool floats = false;
        for (const auto& values : {node.inputs, node.outputs})
            for (const auto value : values) {
                if (!value.valid())
                    continue;
                if (dtypeOf(value) == DType::Undefined || m_uses.isCaptured(value))
                    return false;
                floats = floats || dtypeOf(value) == DType::Float32;
            }
        return floats && !hasConstantBeyondHalf(node);
    }

    bool hasConstantBeyondHalf(const Node& node)
    {
        for (std::size_t i = 0; i < node.inputs.size(); ++i) {
            if (mayOverflow(node, i) || !graph().isConstant(node.inputs[i]) || dtypeOf(node.inputs[i]) != DType::Float32)
                continue;
            const auto values = graph().value(node.inputs[i]).constant.data<float>();
            if (!std::ranges::any_of(values, isBeyondHalf))
                continue;
            m_beyond += (m_beyond.empty() ? "" : ", ") + node.name;
            return true;
        }
        return false;
    }

    void convert(NodeId id)
    {
        for (std::size_t i = 0; i < graph().node(id).inputs.size(); ++i) {
            const auto input = graph().node(id).inputs[i];
            if (!input.valid() || dtypeOf(input) != DType::Float32)
                continue;
            const auto half = halfOf(input, id);
            graph().node(id).inputs[i] = half;
        }
        for (std::size_t i = 0; i < graph().node(id).outputs.size(); ++i) {
            const auto output = graph().node(id).outputs[i];
            if (!output.valid() || dtypeOf(output) != DType::Float32)
                continue;
            const auto half = graph().addComputed(graph().value(output).name + "_half");
            m_halves[output] = half;
            m_made.push_back({output, id});
            graph().node(id).outputs[i] = half;
        }
    }

    // Made once: by its node, as a constant, or by a Cast before the first reader.
    ValueId halfOf(ValueId value, NodeId reader)
    {
        if (const auto known = m_halves.find(value); known != m_halves.end())
            return known->second;
        const auto& name = graph().value(value).name;
        const auto half = graph().isConstant(value) ? halfConstant(value) : graph().addComputed(name + "_half");
        if (!graph().isConstant(half))
            insertCast(reader, value, half, DType::Float16);
        return m_halves.emplace(value, half).first->second;
    }

    // Takes over the name of the constant, which float nodes may still read, unless the model gives it away under that name.
    ValueId halfConstant(ValueId value)
    {
        const Tensor constant = graph().value(value).constant;
        Tensor converted = toHalves(constant);
        const auto* bits = reinterpret_cast<const std::uint16_t*>(converted.bytes().data());
        const auto numbers = constant.data<float>();
        for (std::size_t i = 0; i < numbers.size(); ++i)
            m_flushed += numbers[i] != 0 && (bits[i] & 0x7FFFu) == 0;
        const auto name = graph().value(value).name;
        if (m_uses.isGraphOutput(value))
            return graph().addConstant(name + "_half", std::move(converted));
        graph().renameValue(value, graph().uniqueName(name + "_float"));
        return graph().addConstant(name, std::move(converted));
    }

    void insertCast(NodeId before, ValueId from, ValueId to, DType dtype)
    {
        graph().insertNodeBefore(before, {.name = graph().value(to).name + "_cast",
                                          .opType = "Cast",
                                          .inputs = {from},
                                          .outputs = {to},
                                          .attributes = {{"to", static_cast<std::int64_t>(dtype)}}});
    }

    // What float nodes read, and what the model gives.
    void restoreFloats()
    {
        for (const auto& [value, producer] : m_made) {
            const bool isRead = m_uses.isGraphOutput(value) ||
                                std::ranges::any_of(m_uses.users(value), [&](const Use& use) { return !m_half.contains(use.node); });
            if (isRead)
                graph().insertNodeAfter(producer, {.name = graph().value(value).name + "_cast",
                                                   .opType = "Cast",
                                                   .inputs = {m_halves.at(value)},
                                                   .outputs = {value},
                                                   .attributes = {{"to", static_cast<std::int64_t>(DType::Float32)}}});
        }
    }

    void count()
    {
        for (const auto id : graph().order()) {
            if (!isWeightOperator(graph().node(id)))
                continue;
            if (m_half.contains(id))
                ++m_result.quantizedNodes;
            else
                m_result.floatNodes.push_back(graph().node(id).name);
        }
        if (m_result.quantizedNodes == 0)
            throw Error(MessageCode::NothingToQuantize, {{"detail", "no Conv, Gemm, MatMul or recurrent layer in float32"}});
        if (!m_beyond.empty())
            m_result.notices.push_back({MessageCode::BeyondHalf, {{"layers", m_beyond}}});
        if (m_flushed > 0)
            m_result.notices.push_back({MessageCode::FlushedToZero, {{"count", std::to_string(m_flushed)}}});
    }

    InferredTypes m_types;
    GraphUses m_uses; // of the graph as it came
    QuantizeResult m_result;
    std::set<NodeId> m_half;
    std::map<ValueId, ValueId> m_halves;            // float32 values to the same in float16
    std::vector<std::pair<ValueId, NodeId>> m_made; // of those, what nodes make
    std::string m_beyond;
    std::size_t m_flushed = 0;
};

} // namespace

std::uint16_t toHalfBits(float value)
{
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000u);
    const float magnitude = std::abs(value);
    if (std::isnan(value))
        return sign | 0x7E00u;
    constexpr float firstBeyond = 65520; // halfway to the next step, which there is none of
    if (magnitude >= firstBeyond)
        return sign | 0x7C00u;
    constexpr float smallestNormal = 0x1p-14f;
    if (magnitude < smallestNormal) // multiples of 2^-24
        return sign | static_cast<std::uint16_t>(std::nearbyint(magnitude * 0x1p24f));
    const auto rest = bits & 0x7FFFFFFFu;
    const auto rounded = rest + 0xFFFu + ((rest >> 13) & 1u); // half a step up, less for even ones
    return sign | static_cast<std::uint16_t>((rounded >> 13) - (112u << 10));
}

Tensor toHalves(const Tensor& floats)
{
    Tensor halves(DType::Float16, floats.shape());
    std::ranges::transform(floats.data<float>(), reinterpret_cast<std::uint16_t*>(halves.mutableBytes().data()), toHalfBits);
    return halves;
}

std::optional<Message> widenedNotice(const QuantizeResult& half, const Graph& optimized)
{
    const auto inFloat = layersInFloat32(optimized);
    if (inFloat <= half.floatNodes.size())
        return std::nullopt;
    const auto widened = std::min(inFloat - half.floatNodes.size(), static_cast<std::size_t>(half.quantizedNodes));
    return Message{MessageCode::WeightsForSize, {{"layers", std::to_string(widened)}, {"bits", "16"}}};
}

QuantizeResult toHalfPrecision(const Graph& prepared, const JobContext& job)
{
    return HalfMaker(prepared).make(job);
}

} // namespace hone
