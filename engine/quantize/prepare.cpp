// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/prepare.h"

#include "graph/shape_inference.h"
#include "quantize/quantize.h"
#include "quantize/raise_opset.h"
#include "tidy/batch_normalization.h"
#include "tidy/constant_folding.h"
#include "tidy/no_ops.h"

#include <algorithm>
#include <optional>

namespace hone
{
namespace
{

bool isFloatConstant(const Graph& graph, ValueId id)
{
    return graph.isConstant(id) && graph.value(id).constant.dtype() == DType::Float32;
}

// The only reader of a value that isn't an output; invalid otherwise.
NodeId onlyReader(const GraphUses& uses, ValueId value)
{
    return uses.users(value).size() == 1 && !uses.isGraphOutput(value) ? uses.users(value).front().node : NodeId{};
}

struct AddedConstant
{
    NodeId add;
    Tensor constant;
};

// The Add of a float constant that alone reads `value`.
std::optional<AddedConstant> addedTo(const Graph& graph, const GraphUses& uses, ValueId value)
{
    const auto reader = onlyReader(uses, value);
    if (!reader.valid() || graph.node(reader).opType != "Add" || !graph.node(reader).domain.empty())
        return std::nullopt;
    const auto& inputs = graph.node(reader).inputs;
    const auto other = inputs.at(inputs.at(0) == value ? 1 : 0);
    if (!isFloatConstant(graph, other))
        return std::nullopt;
    return AddedConstant{reader, graph.value(other).constant};
}

// The constant as one number a channel, where it broadcasts as that: [C, 1, ...] or [1, C, 1, ...] (rank - 2 ones behind C),
// or a single number.
std::optional<Tensor> asChannels(const Tensor& constant, std::int64_t channels, std::int64_t rank)
{
    if (constant.size() == 1) {
        if (constant.rank() > rank)
            return std::nullopt;
        return Tensor::of<float>({channels}, std::vector<float>(static_cast<std::size_t>(channels), constant.data<float>()[0]));
    }
    if (constant.size() != channels || constant.rank() > rank || constant.rank() < rank - 1)
        return std::nullopt;
    if (constant.shape()[static_cast<std::size_t>(constant.rank() - (rank - 1))] != channels)
        return std::nullopt;
    return constant.reshaped({channels});
}

// `node` takes over the output of `add`, which goes.
void takeOver(Graph& graph, NodeId node, NodeId add)
{
    const auto output = graph.node(add).outputs.at(0);
    graph.removeNode(add);
    graph.node(node).outputs.at(0) = output;
}

Tensor scaled(const Tensor& tensor, float factor)
{
    Tensor result = tensor;
    for (auto& value : result.mutableData<float>())
        value *= factor;
    return result;
}

bool coversAllSpatialAxes(std::vector<std::int64_t> axes, std::int64_t rank)
{
    for (auto& axis : axes)
        axis += axis < 0 ? rank : 0;
    std::ranges::sort(axes);
    if (rank < 3 || static_cast<std::int64_t>(axes.size()) != rank - 2)
        return false;
    for (std::size_t i = 0; i < axes.size(); ++i)
        if (axes[i] != static_cast<std::int64_t>(i) + 2)
            return false;
    return true;
}

bool isOnePixel(const std::optional<Shape>& shape)
{
    return shape && shape->size() >= 3 && std::all_of(shape->begin() + 2, shape->end(), [](const Dim& dim) { return dim.extent == 1; });
}

// A convolution of one pixel by one weight a channel pair: a matrix product.
bool isPointConv(const Graph& graph, const Node& node, const InferredTypes& types)
{
    if (node.opType != "Conv" || node.intAttribute("group", 1) != 1 || !isFloatConstant(graph, node.input(1)))
        return false;
    const auto& weights = graph.value(node.input(1)).constant;
    return weights.size() == weights.shape()[0] * weights.shape()[1] && isOnePixel(types.type(node.inputs[0]).shape) &&
           isOnePixel(types.type(node.outputs[0]).shape);
}

bool isFlattening(const Node& node)
{
    return node.opType == "Flatten" || node.opType == "Reshape" || node.opType == "Squeeze";
}

std::vector<std::int64_t> reducedAxes(const Graph& graph, const Node& node)
{
    if (graph.isConstant(node.input(1)))
        return toInt64s(graph.value(node.input(1)).constant);
    return node.intsAttribute("axes");
}

} // namespace

int foldAddIntoBias(Graph& graph)
{
    int folded = 0;
    const GraphUses uses(graph);
    const auto order = graph.order();
    for (const auto id : order) {
        const auto& node = graph.node(id);
        const bool transposed = node.opType == "ConvTranspose";
        if ((node.opType != "Conv" && !transposed) || node.input(2).valid() || !isFloatConstant(graph, node.input(1)))
            continue;
        const auto& weights = graph.value(node.input(1)).constant;
        const auto channels = transposed ? weights.shape().at(1) * node.intAttribute("group", 1) : weights.shape().at(0);
        const auto added = addedTo(graph, uses, node.outputs.at(0));
        const auto bias = added ? asChannels(added->constant, channels, weights.rank()) : std::nullopt;
        if (!bias)
            continue;
        const auto biasId = graph.addConstant(node.name + "_bias", *bias);
        graph.node(id).inputs.resize(3);
        graph.node(id).inputs[2] = biasId;
        takeOver(graph, id, added->add);
        ++folded;
    }
    return folded;
}

int matMulToGemm(Graph& graph)
{
    int changed = 0;
    const auto types = inferShapes(graph);
    const GraphUses uses(graph);
    const auto order = graph.order();
    for (const auto id : order) {
        const auto& node = graph.node(id);
        if (node.opType != "MatMul" || !isFloatConstant(graph, node.input(1)) || graph.isConstant(node.input(0)))
            continue;
        const auto& weights = graph.value(node.input(1)).constant;
        const auto& shape = types.type(node.input(0)).shape;
        if (weights.rank() != 2 || !shape || shape->size() != 2)
            continue;
        const auto columns = weights.shape()[1];
        graph.node(id).opType = "Gemm";
        if (const auto added = addedTo(graph, uses, node.outputs.at(0)))
            if (const auto bias = asChannels(added->constant, columns, 2)) {
                const auto biasId = graph.addConstant(node.name + "_bias", *bias);
                graph.node(id).inputs.push_back(biasId);
                takeOver(graph, id, added->add);
            }
        ++changed;
    }
    return changed;
}

int pointConvToGemm(Graph& graph)
{
    int changed = 0;
    const auto types = inferShapes(graph);
    const GraphUses uses(graph);
    const auto order = graph.order();
    for (const auto id : order) {
        if (!isPointConv(graph, graph.node(id), types))
            continue;
        const auto flattening = onlyReader(uses, graph.node(id).outputs[0]);
        if (!flattening.valid() || !isFlattening(graph.node(flattening)))
            continue;
        const auto weights = graph.value(graph.node(id).inputs[1]).constant;
        const auto& flat = types.type(graph.node(flattening).outputs[0]).shape;
        if (!flat || flat->size() != 2 || (*flat)[1].extent != weights.shape()[0])
            continue;
        const auto matrix = graph.addConstant(graph.node(id).name + "_matrix", weights.reshaped({weights.shape()[0], weights.shape()[1]}));
        const auto rows = graph.addComputed(graph.node(id).name + "_rows");
        graph.insertNodeBefore(id, {.opType = "Flatten", .inputs = {graph.node(id).inputs[0]}, .outputs = {rows}});
        auto& conv = graph.node(id);
        conv.opType = "Gemm";
        conv.inputs[0] = rows;
        conv.inputs[1] = matrix;
        conv.attributes = {{"transB", std::int64_t{1}}};
        takeOver(graph, id, flattening);
        ++changed;
    }
    return changed;
}

int plainGemm(Graph& graph)
{
    int changed = 0;
    const auto order = graph.order();
    for (const auto id : order) {
        const auto& node = graph.node(id);
        if (node.opType != "Gemm" || !isFloatConstant(graph, node.input(1)))
            continue;
        const float alpha = node.floatAttribute("alpha", 1);
        const float beta = node.floatAttribute("beta", 1);
        const auto biasId = node.input(2);
        if (biasId.valid() && !isFloatConstant(graph, biasId))
            continue;
        const auto& weights = graph.value(node.input(1)).constant;
        const auto columns = weights.shape().at(node.intAttribute("transB", 0) ? 0 : 1);
        std::optional<Tensor> bias;
        if (biasId.valid() && !(bias = asChannels(graph.value(biasId).constant, columns, 2)))
            continue;
        const bool plainBias = !bias || (beta == 1 && graph.value(biasId).constant.shape() == bias->shape());
        if (alpha == 1 && plainBias)
            continue;
        const auto newWeights = graph.addConstant(node.name + "_weight", scaled(weights, alpha));
        graph.node(id).inputs[1] = newWeights;
        if (bias) {
            const auto newBias = graph.addConstant(node.name + "_bias", scaled(*bias, beta));
            graph.node(id).inputs[2] = newBias;
        }
        graph.node(id).attributes.erase("alpha");
        graph.node(id).attributes.erase("beta");
        ++changed;
    }
    return changed;
}

int reduceMeanToPool(Graph& graph)
{
    int changed = 0;
    const auto types = inferShapes(graph);
    const auto order = graph.order();
    for (const auto id : order) {
        const auto& node = graph.node(id);
        if (node.opType != "ReduceMean" || !node.domain.empty())
            continue;
        const auto& shape = types.type(node.inputs.at(0)).shape;
        if (!shape || !coversAllSpatialAxes(reducedAxes(graph, node), static_cast<std::int64_t>(shape->size())))
            continue;
        const auto output = node.outputs.at(0);
        const bool keeps = node.intAttribute("keepdims", 1) != 0;
        Node pool{.name = node.name, .opType = "GlobalAveragePool", .inputs = {node.inputs[0]}, .outputs = {output}};
        graph.node(id) = pool;
        if (!keeps) {
            const auto pooled = graph.addComputed(graph.value(output).name + "_pooled");
            graph.node(id).outputs[0] = pooled;
            graph.insertNodeAfter(id, {.opType = "Flatten", .inputs = {pooled}, .outputs = {output}});
        }
        ++changed;
    }
    return changed;
}

Graph prepareForQuantization(const Graph& graph, Normalization normalization)
{
    Graph result = graph;
    liftConstants(result);
    dropNoOps(result);
    foldConstants(result);
    if (normalization == Normalization::Folded)
        foldBatchNormalization(result);
    raiseOpset(result);
    foldAddIntoBias(result);
    reduceMeanToPool(result);
    matMulToGemm(result);
    pointConvToGemm(result);
    plainGemm(result);
    result.removeDeadNodes();
    result.sortTopologically();
    return result;
}

} // namespace hone
