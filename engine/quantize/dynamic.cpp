// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/dynamic.h"

#include "core/error.h"
#include "quantize/parameters.h"
#include "quantize/weight_layers.h"
#include "quantize/weight_range.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace hone
{
namespace
{

// [outer, rows, columns] as [outer, columns, rows].
Tensor transposed(const Tensor& tensor)
{
    auto shape = tensor.shape();
    const auto columns = static_cast<std::size_t>(shape.back());
    const auto rows = static_cast<std::size_t>(shape[shape.size() - 2]);
    std::swap(shape.back(), shape[shape.size() - 2]);
    Tensor result(tensor.dtype(), shape);
    const auto source = tensor.data<float>();
    auto target = result.mutableData<float>();
    for (std::size_t i = 0; i < source.size(); ++i)
        target[i / (rows * columns) * (rows * columns) + i % columns * rows + i / columns % rows] = source[i];
    return result;
}

// ONNX Runtime's ConvInteger takes unsigned weights alone: 128 stands for 0.
Tensor asUnsigned(const Tensor& weights)
{
    constexpr int middle = 128;
    Tensor result(DType::UInt8, weights.shape());
    std::ranges::transform(weights.data<std::int8_t>(), result.mutableData<std::uint8_t>().begin(),
                           [](std::int8_t value) { return static_cast<std::uint8_t>(value + middle); });
    return result;
}

struct StoredWeights
{
    ValueId integers;
    ValueId scales;
    ValueId zeroPoint;
};

struct QuantizedActivation
{
    ValueId integers;
    ValueId scale;
    ValueId zeroPoint;
};

class Dynamizer
{
public:
    Dynamizer(const Graph& prepared, const QuantizeOptions& options) : m_options(options) { m_result.graph = prepared; }

    QuantizeResult quantize(const JobContext& job)
    {
        const auto nodes = graph().order(); // a copy: nodes are added
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            job.checkStop();
            job.report({Activity::Quantizing, static_cast<double>(i) / static_cast<double>(nodes.size()), {}, 0, 0, {}});
            quantizeNode(nodes[i]);
        }
        if (m_result.quantizedNodes == 0)
            throw Error(MessageCode::NothingToQuantize, {{"detail", "no Conv, Gemm, MatMul or LSTM with constant float32 weights"}});
        graph().removeDeadNodes();
        graph().sortTopologically();
        return std::move(m_result);
    }

private:
    Graph& graph() { return m_result.graph; }

    bool isWeight(ValueId id, std::int64_t lowestRank)
    {
        if (!graph().isConstant(id) || std::ranges::find(graph().outputs, id) != graph().outputs.end())
            return false;
        const auto& weights = graph().value(id).constant;
        return weights.dtype() == DType::Float32 && weights.rank() >= lowestRank && weights.size() > 0;
    }

    void quantizeNode(NodeId id)
    {
        const auto& node = graph().node(id);
        if (!isWeightOperator(node))
            return;
        const bool plainGemm = node.opType == "Gemm" && node.intAttribute("transA", 0) == 0 && node.floatAttribute("alpha", 1) == 1 &&
                               node.floatAttribute("beta", 1) == 1;
        const bool matrix = node.opType == "MatMul" || plainGemm;
        if (matrix && isWeight(node.input(1), 2) && graph().value(node.input(1)).constant.rank() == 2)
            quantizeProduct(id, node.intAttribute("transB", 0) != 0);
        else if (node.opType == "Conv" && isWeight(node.input(1), 3))
            quantizeConvolution(id);
        else if (node.opType == "LSTM" && isWeight(node.input(1), 3) && isWeight(node.input(2), 3) && node.intAttribute("layout", 0) == 0)
            quantizeLstm(id);
        else
            m_result.floatNodes.push_back(node.name);
    }

    int largestSigned()
    {
        if (m_largestSigned == 0)
            m_largestSigned = largestWeight(m_options.weightRange);
        m_result.notices = weightRangeNotices(m_options.weightRange);
        return m_largestSigned;
    }

    // One for all layers that read the value.
    const QuantizedActivation& activation(ValueId value, NodeId before)
    {
        if (const auto known = m_activations.find(value); known != m_activations.end())
            return known->second;
        const QuantizedActivation made{graph().addComputed("q"), graph().addComputed("s"), graph().addComputed("z")};
        graph().insertNodeBefore(before, {.name = graph().value(made.integers).name,
                                          .opType = "DynamicQuantizeLinear",
                                          .inputs = {value},
                                          .outputs = {made.integers, made.scale, made.zeroPoint}});
        return m_activations.emplace(value, made).first->second;
    }

    ValueId addInPlaceOf(ValueId original, Tensor integers)
    {
        const auto name = graph().value(original).name;
        graph().renameValue(original, graph().uniqueName(name + "_float"));
        return graph().addConstant(name, std::move(integers));
    }

    template<class Make>
    StoredWeights stored(ValueId original, const std::string& use, Make make)
    {
        const auto key = std::pair(original, use);
        if (const auto known = m_stored.find(key); known != m_stored.end())
            return known->second;
        return m_stored.emplace(key, make()).first->second;
    }

    Dimensions scaleShape(std::size_t count) const
    {
        return m_options.perChannelWeights ? Dimensions{static_cast<std::int64_t>(count)} : Dimensions{};
    }

    // W [K, N] with scales [N].
    StoredWeights matrixWeights(ValueId original, bool isTransposed)
    {
        return stored(original, isTransposed ? "rows" : "columns", [&] {
            const Tensor weights = graph().value(original).constant;
            auto integers =
                quantizeWeights(isTransposed ? transposed(weights) : weights, {1, m_options.perChannelWeights, largestSigned()});
            const auto shape = scaleShape(integers.scales.size());
            return StoredWeights{addInPlaceOf(original, std::move(integers.values)),
                                 graph().addConstant("w", Tensor::of<float>(shape, integers.scales)),
                                 graph().addConstant("z", Tensor(DType::Int8, shape))};
        });
    }

    // W [M, C / group, ...] with scales [M, 1, ...], which broadcast over the result's pixels. Unsigned products don't saturate.
    StoredWeights kernelWeights(ValueId original)
    {
        return stored(original, "kernel", [&] {
            constexpr int full = 127;
            const Tensor weights = graph().value(original).constant;
            auto integers = quantizeWeights(weights, {0, m_options.perChannelWeights, full});
            auto shape = scaleShape(integers.scales.size());
            if (!shape.empty())
                shape.resize(static_cast<std::size_t>(weights.rank() - 1), 1);
            return StoredWeights{addInPlaceOf(original, asUnsigned(integers.values)),
                                 graph().addConstant("w", Tensor::of<float>(shape, integers.scales)),
                                 graph().addConstant("z", Tensor::scalar(std::uint8_t{128}))};
        });
    }

    void quantizeProduct(NodeId id, bool isTransposed)
    {
        const Node old = graph().node(id);
        const auto& input = activation(old.inputs[0], id);
        const auto weights = matrixWeights(old.inputs[1], isTransposed);
        auto& node = graph().node(id);
        node.opType = "MatMulInteger";
        node.attributes.clear();
        node.inputs = {input.integers, weights.integers, input.zeroPoint, weights.zeroPoint};
        toFloat(id, input.scale, weights.scales, old.input(2));
    }

    void quantizeConvolution(NodeId id)
    {
        const Node old = graph().node(id);
        const auto& input = activation(old.inputs[0], id);
        const auto rank = graph().value(old.inputs[1]).constant.rank();
        const auto weights = kernelWeights(old.inputs[1]);
        auto& node = graph().node(id);
        node.opType = "ConvInteger";
        node.inputs = {input.integers, weights.integers, input.zeroPoint, weights.zeroPoint};
        toFloat(id, input.scale, weights.scales, old.input(2).valid() ? perPixel(id, old.input(2), rank) : ValueId{});
    }

    // A bias [M] as [M, 1, ...].
    ValueId perPixel(NodeId id, ValueId bias, std::int64_t weightRank)
    {
        Dimensions shape(static_cast<std::size_t>(weightRank - 1), 1);
        shape[0] = -1;
        if (graph().isConstant(bias)) {
            const Tensor constant = graph().value(bias).constant;
            shape[0] = constant.size();
            return graph().addConstant("b", constant.reshaped(shape));
        }
        const auto extents = graph().addConstant("e", Tensor::of<std::int64_t>({weightRank - 1}, shape));
        const auto reshaped = graph().addComputed("b");
        graph().insertNodeBefore(id, {.opType = "Reshape", .inputs = {bias, extents}, .outputs = {reshaped}});
        return reshaped;
    }

    // The node's integers to floats, in the order of nodes that ONNX Runtime looks for.
    void toFloat(NodeId id, ValueId inputScale, ValueId weightScales, ValueId bias)
    {
        ++m_result.quantizedNodes;
        const auto name = graph().node(id).name;
        const auto output = graph().node(id).outputs[0];
        const auto integers = graph().addComputed("i");
        const auto floats = graph().addComputed("f");
        const auto scale = graph().addComputed("s");
        graph().node(id).outputs[0] = integers;
        graph().insertNodeBefore(id, {.name = name + "_scale", .opType = "Mul", .inputs = {inputScale, weightScales}, .outputs = {scale}});
        const auto cast = graph().insertNodeAfter(id, {.name = name + "_float",
                                                       .opType = "Cast",
                                                       .inputs = {integers},
                                                       .outputs = {floats},
                                                       .attributes = {{"to", static_cast<std::int64_t>(DType::Float32)}}});
        const auto scaled = bias.valid() ? graph().addComputed("f") : output;
        const auto last =
            graph().insertNodeAfter(cast, {.name = name + "_scaled", .opType = "Mul", .inputs = {floats, scale}, .outputs = {scaled}});
        if (bias.valid())
            graph().insertNodeAfter(last, {.name = name + "_bias", .opType = "Add", .inputs = {scaled, bias}, .outputs = {output}});
    }

    // [directions, gates * hidden, in] as [directions, in, gates * hidden] with scales [directions, gates * hidden].
    StoredWeights gateWeights(ValueId original)
    {
        return stored(original, "gates", [&] {
            const Tensor weights = graph().value(original).constant;
            const auto directions = weights.shape()[0];
            const auto gates = weights.shape()[1];
            const Dimensions shape = m_options.perChannelWeights ? Dimensions{directions, gates} : Dimensions{directions};
            // Every direction on its own, or every one of its gates.
            const auto rows = m_options.perChannelWeights ? directions * gates : directions;
            auto integers = quantizeWeights(weights.reshaped({rows, weights.size() / rows}), {0, true, largestSigned()});
            Tensor values(DType::Int8, {directions, weights.shape()[2], gates});
            const auto in = static_cast<std::size_t>(weights.shape()[2]);
            const auto out = static_cast<std::size_t>(gates);
            const auto source = integers.values.data<std::int8_t>();
            auto target = values.mutableData<std::int8_t>();
            for (std::size_t i = 0; i < source.size(); ++i)
                target[i / (in * out) * (in * out) + i % in * out + i / in % out] = source[i];
            return StoredWeights{addInPlaceOf(original, std::move(values)),
                                 graph().addConstant("w", Tensor::of<float>(shape, integers.scales)),
                                 graph().addConstant("z", Tensor(DType::Int8, shape))};
        });
    }

    // X, W, R, B, sequence lengths, initial h and c, peepholes as LSTM's; then the grids of W and R.
    void quantizeLstm(NodeId id)
    {
        constexpr std::size_t inputsOfLstm = 8;
        auto inputs = graph().node(id).inputs;
        inputs.resize(inputsOfLstm);
        const auto input = gateWeights(inputs[1]);
        const auto recurrent = gateWeights(inputs[2]);
        inputs[1] = input.integers;
        inputs[2] = recurrent.integers;
        inputs.insert(inputs.end(), {input.scales, input.zeroPoint, recurrent.scales, recurrent.zeroPoint});
        auto& node = graph().node(id);
        node.opType = "DynamicQuantizeLSTM";
        node.domain = "com.microsoft";
        node.inputs = std::move(inputs);
        node.attributes.erase("layout");
        graph().opsets["com.microsoft"] = 1;
        ++m_result.quantizedNodes;
    }

    const QuantizeOptions& m_options;
    QuantizeResult m_result;
    int m_largestSigned = 0; // 0: not asked for yet
    std::map<ValueId, QuantizedActivation> m_activations;
    std::map<std::pair<ValueId, std::string>, StoredWeights> m_stored;
};

} // namespace

QuantizeResult quantizeDynamically(const Graph& prepared, const QuantizeOptions& options, const JobContext& job)
{
    return Dynamizer(prepared, options).quantize(job);
}

} // namespace hone
