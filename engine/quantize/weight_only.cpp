// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/weight_only.h"

#include "core/error.h"
#include "quantize/int4_blocks.h"
#include "quantize/parameters.h"
#include "quantize/raise_opset.h"
#include "quantize/weight_layers.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace hone
{
namespace
{

constexpr int largestInt8 = 127;
// Rows of fewer weights than the smallest block take 8 bits: of the nine of a depthwise kernel 4 save 4 bytes of 13, and such layers
// suffer most.
constexpr std::int64_t shortestRow = 16;
// About what a node, its tensors' headers and names take in a file: what a layer must save at least.
constexpr std::int64_t nodeBytes = 160;

std::int64_t product(const Dimensions& shape, std::size_t from, std::size_t to)
{
    std::int64_t result = 1;
    for (auto axis = from; axis < to; ++axis)
        result *= shape[axis];
    return result;
}

// A [K, N] matrix as [N, K].
std::vector<float> transposed(const Tensor& matrix)
{
    const auto source = matrix.data<float>();
    const auto rows = static_cast<std::size_t>(matrix.shape()[0]);
    const auto columns = static_cast<std::size_t>(matrix.shape()[1]);
    std::vector<float> result(source.size());
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < columns; ++c)
            result[c * rows + r] = source[r * columns + c];
    return result;
}

// How weights of any rank lie as rows that are cut into blocks: [outer, extent, inner] with blocks along the extent.
struct Blocking
{
    std::int64_t outer = 1;
    std::int64_t extent = 1;
    std::int64_t inner = 1;
    bool flattened = false; // stored as [outer, extent]

    bool isLongEnough() const { return extent >= shortestRow; }
    std::int64_t blocks(std::int64_t size) const { return outer * inner * ((extent + size - 1) / size); }
};

Blocking blockingOf(const Dimensions& shape, const WeightLayer& layer, std::int64_t size)
{
    const auto axis = static_cast<std::size_t>(layer.inputAxis);
    Blocking along{product(shape, 0, axis), shape[axis], product(shape, axis + 1, shape.size())};
    if (layer.outputAxis == 0 && shape.size() > 2) {
        const Blocking flat{shape[0], product(shape, 1, shape.size()), 1, true};
        if (flat.blocks(size) < along.blocks(size))
            return flat;
    }
    return along;
}

class WeightStore
{
public:
    WeightStore(const Graph& prepared, const QuantizeOptions& options) : m_options(options) { m_result.graph = prepared; }

    QuantizeResult store(const JobContext& job)
    {
        if (m_options.bitsWeights == 4)
            raiseWhereBlocksNeedIt();
        const auto layers = findWeightLayers(graph());
        for (std::size_t i = 0; i < layers.size(); ++i) {
            job.checkStop();
            job.report({Activity::Quantizing, static_cast<double>(i) / static_cast<double>(layers.size()), {}, 0, 0, {}});
            storeLayer(layers[i]);
        }
        if (m_stored.empty() && m_result.quantizedNodes == 0)
            throw Error(MessageCode::NothingToQuantize, {{"detail", "no layer's weights would get smaller"}});
        graph().removeDeadNodes();
        graph().sortTopologically();
        nameFloatNodes();
        return std::move(m_result);
    }

private:
    Graph& graph() { return m_result.graph; }
    std::int64_t blockSize() const { return m_options.blockSize; }

    bool becomesMatMulNBits(const WeightLayer& layer)
    {
        const auto& node = graph().node(layer.node);
        if (layer.input != 1 || graph().value(node.inputs[1]).constant.rank() != 2)
            return false;
        return node.opType == "MatMul" || (node.opType == "Gemm" && node.intAttribute("transA", 0) == 0 &&
                                           node.floatAttribute("alpha", 1) == 1 && node.floatAttribute("beta", 1) == 1);
    }

    const Tensor& weightsOf(const WeightLayer& layer) { return graph().value(graph().node(layer.node).inputs[layer.input]).constant; }

    bool takesBlocks(const WeightLayer& layer)
    {
        return m_options.bitsWeights == 4 && blockingOf(weightsOf(layer).shape(), layer, blockSize()).isLongEnough();
    }

    bool getsSmaller(const WeightLayer& layer)
    {
        const auto& weights = weightsOf(layer);
        const auto bytes = weights.size() * static_cast<std::int64_t>(sizeof(float));
        if (!takesBlocks(layer))
            return weights.size() + weights.shape()[static_cast<std::size_t>(layer.outputAxis)] * 4 + nodeBytes < bytes;
        const auto blocks = blockingOf(weights.shape(), layer, blockSize()).blocks(blockSize());
        const bool padded = becomesMatMulNBits(layer);
        const auto halves = padded ? blocks * blockSize() : weights.size();
        return halves / 2 + blocks * 4 + blocks / 2 + nodeBytes < bytes;
    }

    // MatMulNBits runs under any operator set; raising for its sake might be refused.
    void raiseWhereBlocksNeedIt()
    {
        const auto layers = findWeightLayers(graph());
        if (std::ranges::any_of(
                layers, [&](const WeightLayer& layer) { return takesBlocks(layer) && !becomesMatMulNBits(layer) && getsSmaller(layer); }))
            raiseOpset(graph(), opsetForBlocks);
    }

    void storeLayer(const WeightLayer& layer)
    {
        const auto weights = graph().node(layer.node).inputs[layer.input];
        if (const auto known = m_stored.find(weights); known != m_stored.end()) {
            graph().node(layer.node).inputs[layer.input] = known->second;
            return;
        }
        if (!getsSmaller(layer))
            return;
        const bool inFourBits = takesBlocks(layer);
        if (inFourBits && becomesMatMulNBits(layer))
            return toMatMulNBits(layer);
        const auto restored = inFourBits ? inBlocks(layer, weights) : inBytes(layer, weights);
        graph().node(layer.node).inputs[layer.input] = restored;
        m_stored[weights] = restored;
    }

    // The name of the float constant goes to the integers that replace it.
    ValueId addInPlaceOf(ValueId original, Tensor integers)
    {
        const auto name = graph().value(original).name;
        graph().renameValue(original, graph().uniqueName(name + "_float"));
        return graph().addConstant(name, std::move(integers));
    }

    ValueId dequantized(std::vector<ValueId> inputs, std::map<std::string, Attribute> attributes)
    {
        const auto restored = graph().addComputed("d");
        graph().addNode({.name = graph().value(restored).name,
                         .opType = "DequantizeLinear",
                         .inputs = std::move(inputs),
                         .outputs = {restored},
                         .attributes = std::move(attributes)});
        return restored;
    }

    ValueId inBytes(const WeightLayer& layer, ValueId original)
    {
        auto integers = quantizeWeights(graph().value(original).constant, {layer.outputAxis, m_options.perChannelWeights, largestInt8});
        const auto stored = addInPlaceOf(original, std::move(integers.values));
        const auto count = static_cast<std::int64_t>(integers.scales.size());
        const auto scale =
            graph().addConstant("s", Tensor::of<float>(m_options.perChannelWeights ? Dimensions{count} : Dimensions{}, integers.scales));
        return dequantized({stored, scale}, {{"axis", layer.outputAxis}});
    }

    ValueId inBlocks(const WeightLayer& layer, ValueId original)
    {
        const Tensor weights = graph().value(original).constant;
        const auto blocking = blockingOf(weights.shape(), layer, blockSize());
        auto shape = weights.shape();
        std::int64_t axis = layer.inputAxis;
        if (blocking.flattened) {
            shape = {blocking.outer, blocking.extent};
            axis = 1;
        }
        const auto blocked = blocksAlong(weights, blocking);
        auto scaleShape = shape;
        scaleShape[static_cast<std::size_t>(axis)] = (blocking.extent + blockSize() - 1) / blockSize();
        const auto stored = addInPlaceOf(original, packedNibbles(blocked.values, shape));
        const auto scale = graph().addConstant("s", Tensor::of<float>(scaleShape, blocked.scales));
        const auto zeroPoint = graph().addConstant("z", packedNibbles(blocked.zeroPoints, scaleShape));
        const auto restored = dequantized({stored, scale, zeroPoint}, {{"axis", axis}, {"block_size", blockSize()}});
        return blocking.flattened ? reshaped(restored, weights.shape()) : restored;
    }

    // values as [outer, extent, inner], scales and zero points as [outer, blocks, inner].
    BlockedRows blocksAlong(const Tensor& weights, const Blocking& blocking) const
    {
        const auto source = weights.data<float>();
        const BlockScheme scheme{blocking.outer * blocking.inner, blocking.extent, blockSize()};
        if (blocking.inner == 1)
            return quantizeBlocks(source, scheme);
        auto rows = quantizeBlocks(moved(source, {blocking.outer, blocking.extent, blocking.inner}), scheme);
        const Dimensions back = {blocking.outer, blocking.inner, blocking.extent};
        rows.values = moved(std::span<const std::uint8_t>(rows.values), back);
        const Dimensions backOfBlocks = {blocking.outer, blocking.inner, rows.blocksPerRow()};
        rows.scales = moved(std::span<const float>(rows.scales), backOfBlocks);
        rows.zeroPoints = moved(std::span<const std::uint8_t>(rows.zeroPoints), backOfBlocks);
        return rows;
    }

    // [a, b, c] as [a, c, b].
    template<class T>
    static std::vector<T> moved(std::span<const T> source, const Dimensions& shape)
    {
        const auto b = static_cast<std::size_t>(shape[1]);
        const auto c = static_cast<std::size_t>(shape[2]);
        std::vector<T> result(source.size());
        for (std::size_t i = 0; i < source.size(); ++i)
            result[i / (b * c) * (b * c) + i % c * b + i / c % b] = source[i];
        return result;
    }

    ValueId reshaped(ValueId flat, const Dimensions& shape)
    {
        const auto extents = graph().addConstant("e", Tensor::of<std::int64_t>({static_cast<std::int64_t>(shape.size())}, shape));
        const auto result = graph().addComputed("r");
        graph().addNode({.name = graph().value(result).name, .opType = "Reshape", .inputs = {flat, extents}, .outputs = {result}});
        return result;
    }

    const std::array<ValueId, 3>& matrixBlocks(ValueId original, bool isTransposed)
    {
        if (const auto known = m_matrices.find(original); known != m_matrices.end())
            return known->second;
        const Tensor weights = graph().value(original).constant;
        const auto outputs = weights.shape()[isTransposed ? 0 : 1];
        const BlockScheme scheme{outputs, weights.size() / outputs, blockSize()};
        auto blocks =
            matMulBlocks(isTransposed ? quantizeBlocks(weights.data<float>(), scheme) : quantizeBlocks(transposed(weights), scheme));
        const auto stored = addInPlaceOf(original, std::move(blocks.weights));
        const auto scales = graph().addConstant("s", std::move(blocks.scales));
        const auto zeroPoints = graph().addConstant("z", std::move(blocks.zeroPoints));
        return m_matrices.emplace(original, std::array{stored, scales, zeroPoints}).first->second;
    }

    void toMatMulNBits(const WeightLayer& layer)
    {
        const Node old = graph().node(layer.node);
        const bool isTransposed = layer.inputAxis == 1;
        const auto& shape = graph().value(old.inputs[1]).constant.shape();
        const std::map<std::string, Attribute> attributes = {{"K", shape[static_cast<std::size_t>(layer.inputAxis)]},
                                                             {"N", shape[static_cast<std::size_t>(layer.outputAxis)]},
                                                             {"bits", std::int64_t{4}},
                                                             {"block_size", blockSize()}};
        const auto [stored, scales, zeroPoints] = matrixBlocks(old.inputs[1], isTransposed);
        auto& node = graph().node(layer.node);
        node.opType = "MatMulNBits";
        node.domain = "com.microsoft";
        node.inputs = {old.inputs[0], stored, scales, zeroPoints};
        node.attributes = attributes;
        graph().opsets["com.microsoft"] = 1;
        ++m_result.quantizedNodes;
        if (!old.input(2).valid())
            return;
        const auto product = graph().addComputed("m");
        graph().node(layer.node).outputs[0] = product;
        graph().insertNodeAfter(
            layer.node, {.name = old.name + "_bias", .opType = "Add", .inputs = {product, old.inputs[2]}, .outputs = {old.outputs[0]}});
    }

    void nameFloatNodes()
    {
        std::set<ValueId> restored;
        for (const auto& [original, value] : m_stored)
            restored.insert(value);
        int stored = 0;
        for (const auto id : graph().order()) {
            const auto& node = graph().node(id);
            if (!isWeightOperator(node))
                continue;
            m_result.floatNodes.push_back(node.name);
            stored += std::ranges::any_of(node.inputs, [&](ValueId input) { return restored.contains(input); });
        }
        if (stored > 0)
            m_result.notices.push_back(
                {MessageCode::WeightsForSize, {{"layers", std::to_string(stored)}, {"bits", std::to_string(m_options.bitsWeights)}}});
    }

    const QuantizeOptions& m_options;
    QuantizeResult m_result;
    std::map<ValueId, ValueId> m_stored; // float constants to what is computed in their place
    std::map<ValueId, std::array<ValueId, 3>> m_matrices;
};

} // namespace

QuantizeResult quantizeWeightsOnly(const Graph& prepared, const QuantizeOptions& options, const JobContext& job)
{
    return WeightStore(prepared, options).store(job);
}

} // namespace hone
