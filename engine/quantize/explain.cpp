// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/explain.h"

#include "core/version.h"
#include "evaluate/evaluation.h"
#include "graph/shape_inference.h"
#include "onnx_io/onnx_io.h"
#include "quantize/keep_float.h"
#include "quantize/layer_errors.h"
#include "quantize/layer_pairs.h"
#include "quantize/quantize.h"
#include "runtime/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <set>

namespace hone
{
namespace
{

// As shares of the whole.
constexpr double errorsEnd = 0.5;
constexpr double profileEnds = 0.75;

constexpr double leastFallDb = 3;

struct Models
{
    Graph quantized;
    Graph floating;
};

void requireSameInputs(const Graph& quantized, const Graph& floating)
{
    const auto text = [](const Graph& graph) {
        std::string result;
        for (const auto input : graph.inputs) {
            const auto& value = graph.value(input);
            result += (result.empty() ? "" : ", ") + value.name + " " + std::string(name(value.type.dtype)) +
                      (value.type.shape ? " " + toText(fixedShape(withFreeAs(*value.type.shape, 1))) : "");
        }
        return result;
    };
    if (text(quantized) != text(floating))
        throw Error(MessageCode::ReferenceUnlike,
                    {{"detail", "its input is " + text(quantized) + ", the float model's " + text(floating)}});
}

// Of one sample.
std::int64_t elementsOf(const Shape& shape)
{
    std::int64_t product = 1;
    for (const Dim& dim : shape)
        product *= dim.isFixed() ? dim.extent : 1;
    return product;
}

// A pruned model keeps its values' names.
void requireSameShapes(const Models& models, const std::vector<LayerPair>& pairs)
{
    const InferredTypes floating = inferShapes(models.floating);
    const InferredTypes quantized = inferShapes(models.quantized);
    for (const LayerPair& pair : pairs) {
        const auto& before = floating.type(pair.floatValue).shape;
        const auto& after = quantized.type(pair.rawValue).shape;
        if (before && after && elementsOf(*before) != elementsOf(*after))
            throw Error(MessageCode::ReferenceUnlike,
                        {{"detail", "'" + pair.name + "' makes " + toText(*after) + ", in the float model " + toText(*before)}});
    }
}

// That depend on the model's inputs: constants are folded when a file is quantized.
std::set<NodeId> computedNodes(const Graph& graph)
{
    std::set<ValueId> computed(graph.inputs.begin(), graph.inputs.end());
    std::set<NodeId> nodes;
    for (const NodeId id : graph.order()) {
        const Node& node = graph.node(id);
        if (std::ranges::none_of(node.inputs, [&](ValueId input) { return computed.contains(input); }))
            continue;
        nodes.insert(id);
        computed.insert(node.outputs.begin(), node.outputs.end());
    }
    return nodes;
}

// Counts layers among nodes; ONNX Runtime's attention is several in one.
class LayerCount
{
public:
    explicit LayerCount(const Graph& graph) : m_graph(graph), m_computed(computedNodes(graph)) {}

    std::size_t among(const std::vector<NodeId>& nodes) const
    {
        return static_cast<std::size_t>(std::ranges::count_if(nodes, [&](NodeId id) { return isLayer(id); }));
    }
    std::size_t all() const { return among(m_graph.order()); }
    bool holdsAttention(const std::vector<NodeId>& nodes) const
    {
        return std::ranges::any_of(nodes, [&](NodeId id) { return m_graph.node(id).opType.find("Attention") != std::string::npos; });
    }

private:
    bool isLayer(NodeId id) const { return m_computed.contains(id) && isLayerOperator(m_graph.node(id).opType); }

    const Graph& m_graph;
    std::set<NodeId> m_computed;
};

// A deeper or a shallower model of the same family has values of the same names and shapes.
void requireSameLayers(const Models& models, const std::vector<LayerPair>& pairs, Explanation& explanation)
{
    const LayerCount ofFloat(models.floating);
    const LayerCount ofQuantized(models.quantized);
    explanation.weighted = ofFloat.all();
    for (const LayerPair& pair : pairs) {
        const auto floating = ofFloat.among(pair.floatNodes);
        const auto quantized = ofQuantized.among(pair.quantizedNodes);
        explanation.compared += floating == 1 ? 1 : 0;
        if (floating != quantized && !ofFloat.holdsAttention(pair.floatNodes) && !ofQuantized.holdsAttention(pair.quantizedNodes))
            throw Error(MessageCode::ReferenceUnlike,
                        {{"detail", fmt::format("from the values before it to '{}' there are {} layers with weights, in the float model {}",
                                                pair.name, quantized, floating)}});
    }
    if (explanation.compared < explanation.weighted)
        explanation.notices.push_back(
            {MessageCode::LayersUnmatched,
             {{"compared", std::to_string(explanation.compared)}, {"total", std::to_string(explanation.weighted)}}});
}

bool hasHalves(const Graph& graph)
{
    return std::ranges::any_of(graph.order(), [&](NodeId id) {
        const Node& node = graph.node(id);
        return isLayerOperator(node.opType) && graph.isConstant(node.input(1)) &&
               graph.value(node.inputs[1]).constant.dtype() == DType::Float16;
    });
}

Models opened(const ExplainRequest& request)
{
    Models models{readOnnx(request.quantized), readOnnx(request.floating)};
    if (!isQuantized(models.quantized))
        throw Error(MessageCode::NotQuantized, {{"path", request.quantized.string()}});
    if (isQuantized(models.floating))
        throw Error(MessageCode::AlreadyQuantized, {{"path", request.floating.string()}});
    if (hasHalves(models.floating))
        throw Error(MessageCode::ReferenceUnlike, {{"detail", "the reference is in half precision"}});
    requireSameInputs(models.quantized, models.floating);
    return models;
}

std::int64_t channelAxis(const Node& node, const Tensor& weights)
{
    if (node.opType == "ConvTranspose")
        return 1;
    if (node.opType == "Gemm")
        return node.intAttribute("transB", 0) ? 0 : 1;
    return node.opType == "MatMul" ? weights.rank() - 1 : 0;
}

// Of weights behind a DequantizeLinear with one scale.
std::optional<double> weightDisparity(const Graph& graph, const GraphUses& uses, const Node& node)
{
    const auto producer = node.input(1).valid() ? uses.producer(node.input(1)) : NodeId{};
    if (!producer.valid() || graph.node(producer).opType != "DequantizeLinear")
        return std::nullopt;
    const auto& stored = graph.node(producer);
    if (!graph.isConstant(stored.input(0)) || !graph.isConstant(stored.input(1)) || graph.value(stored.input(1)).constant.size() != 1)
        return std::nullopt;
    const auto& weights = graph.value(stored.inputs[0]).constant;
    if (weights.rank() < 2 || weights.dtype() != DType::Int8) // others would need their zero point taken away
        return std::nullopt;
    return channelDisparity(weights, channelAxis(node, weights));
}

bool isDepthwise(const Node& node)
{
    return node.opType == "Conv" && node.intAttribute("group", 1) > 1;
}

std::vector<ExplainedLayer> layersOf(const Models& models, const std::vector<LayerPair>& pairs, const LayerErrors& errors)
{
    const GraphUses uses(models.quantized);
    std::vector<ExplainedLayer> layers;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        ExplainedLayer layer{.name = pairs[i].name,
                             .opType = pairs[i].opType,
                             .value = models.floating.value(pairs[i].floatValue).name,
                             .snrDb = errors.layers[i].snrDb,
                             .snrAloneDb = errors.layers[i].snrAloneDb,
                             .use = errors.layers[i].use};
        if (!pairs[i].isInput()) {
            const auto& node = models.quantized.node(pairs[i].node);
            layer.weightDisparity = weightDisparity(models.quantized, uses, node);
            layer.depthwise = isDepthwise(node);
        }
        layers.push_back(std::move(layer));
    }
    return layers;
}

struct Speed
{
    std::vector<Kernel> floating;
    std::vector<Kernel> quantized;
};

// Fills in the layers' times, the totals and the conversions.
Speed measureSpeed(const Models& models, const std::vector<LayerPair>& pairs, const ExplainRequest& request, Explanation& explanation,
                   const JobContext& job)
{
    // Written anew, every node has a name, by which the profile and the rewritten graph are put together.
    const auto floatBytes = serializeOnnx(models.floating);
    const auto quantizedBytes = serializeOnnx(models.quantized);
    const auto profiles = profileInTurns({{floatBytes, request.floating.string()}, {quantizedBytes, request.quantized.string()}},
                                         {.runs = request.runs}, job);
    const auto optimizedFloat = optimizedByRuntime(floatBytes, request.floating.string());
    const auto optimizedQuantized = optimizedByRuntime(quantizedBytes, request.quantized.string());
    std::vector<std::vector<NodeId>> floatNodes;
    std::vector<std::vector<NodeId>> quantizedNodes;
    for (const auto& pair : pairs) {
        floatNodes.push_back(pair.floatNodes);
        quantizedNodes.push_back(pair.quantizedNodes);
    }
    Speed speed{kernelsOfLayers(optimizedFloat, models.floating, floatNodes, profiles[0].nodes),
                kernelsOfLayers(optimizedQuantized, models.quantized, quantizedNodes, profiles[1].nodes)};
    const auto floatTimes = timesOfLayers(speed.floating, optimizedFloat, pairs.size());
    const auto quantizedTimes = timesOfLayers(speed.quantized, optimizedQuantized, pairs.size());
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        explanation.layers[i].floatMicroseconds = floatTimes[i].microseconds;
        explanation.layers[i].quantizedMicroseconds = quantizedTimes[i].microseconds;
        explanation.layers[i].integer = quantizedTimes[i].integer;
    }
    auto& totals = explanation.totals;
    totals.floatLatencyMs = profiles[0].latency.undisturbedMs;
    totals.quantizedLatencyMs = profiles[1].latency.undisturbedMs;
    for (const auto& kernel : speed.floating) {
        totals.floatMicroseconds += kernel.microseconds;
        if (kernel.layer)
            explanation.layers[*kernel.layer].floatKernels.push_back(kernel.opType);
    }
    std::map<std::string, double> byName;
    for (const auto& kernel : speed.quantized) {
        totals.quantizedMicroseconds += kernel.microseconds;
        totals.conversionMicroseconds += changesForm(kernel) ? kernel.microseconds : 0;
        byName[kernel.name] = kernel.microseconds;
        if (kernel.layer)
            explanation.layers[*kernel.layer].quantizedKernels.push_back(kernel.opType);
    }
    auto census = censusOf(optimizedQuantized, models.quantized);
    totals.integerNodes = census.integerNodes.size();
    totals.floatNodes = census.floatNodes.size();
    explanation.floatNodes = std::move(census.floatNodes);
    for (auto& conversion : census.unfused) {
        const double time = byName[conversion.name];
        explanation.unfused.push_back({std::move(conversion), time});
    }
    return speed;
}

} // namespace

std::optional<Divergence> firstDivergence(const std::vector<ExplainedLayer>& layers, const std::vector<std::vector<std::size_t>>& reads)
{
    std::optional<Divergence> largestFall;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        double before = std::numeric_limits<double>::infinity();
        for (const auto read : reads[i])
            before = std::min(before, layers[read].snrDb);
        const bool isFirst = reads[i].empty();
        const Divergence here{layers[i].name, layers[i].snrDb, isFirst ? layers[i].snrDb : before, layers[i].snrDb < divergenceDb};
        if (here.below && (isFirst || before >= divergenceDb))
            return here;
        // The first rounding of what was exact is no fall.
        const double fall = isFirst || before >= largestSnrDb ? 0 : before - layers[i].snrDb;
        const double largest = largestFall ? largestFall->before - largestFall->snrDb : leastFallDb;
        if (fall > largest)
            largestFall = here;
    }
    return largestFall;
}

QuantizedForm formOf(const Graph& quantized)
{
    using Activations = QuantizedForm::Activations;
    QuantizedForm form;
    for (const NodeId id : quantized.order()) {
        const Node& node = quantized.node(id);
        if (node.opType.starts_with("DynamicQuantize"))
            form.activations = Activations::Dynamic;
        else if (node.opType == "QuantizeLinear" || node.opType.starts_with("QLinear")) {
            form.activations = Activations::Ranges;
            const ValueId zeroPoint = node.input(2);
            form.isSigned = form.isSigned || (node.opType == "QuantizeLinear" && quantized.isConstant(zeroPoint) &&
                                              quantized.value(zeroPoint).constant.dtype() == DType::Int8);
        }
        form.fourBits = form.fourBits || (node.opType == "MatMulNBits" && node.intAttribute("bits", 4) == 4);
        if (node.opType == "DequantizeLinear" && quantized.isConstant(node.input(0)))
            form.fourBits = form.fourBits || elementBits(quantized.value(node.inputs[0]).constant.dtype()) == 4;
    }
    return form;
}

Explanation explain(const ExplainRequest& request, const JobContext& job)
{
    const auto models = opened(request);
    const auto pairs = pairLayers(models.floating, models.quantized);
    if (std::ranges::none_of(pairs, [](const LayerPair& pair) { return !pair.isInput(); }))
        throw Error(MessageCode::ReferenceUnlike, {{"detail", "none of its values has the name of one of the float model's"}});
    requireSameShapes(models, pairs);
    Explanation explanation;
    requireSameLayers(models, pairs, explanation);
    explanation.quantized = request.quantized;
    explanation.floating = request.floating;
    explanation.processor = processorFacts();
    explanation.equalized = readScaledValues(models.quantized);
    const auto errors = measureLayerErrors(
        {models.floating, models.quantized, pairs, request.dataset, request.samples, request.threads, explanation.equalized},
        job.part(0, errorsEnd));
    explanation.split = errors.split;
    explanation.samples = errors.samples;
    explanation.notices.insert(explanation.notices.end(), errors.notices.begin(), errors.notices.end());
    explanation.madeBy = request.madeBy;
    explanation.form = formOf(models.quantized);
    if (!request.madeBy.elsewhere.empty())
        explanation.notices.push_back({MessageCode::SchemeNotRun, {{"runtime", request.madeBy.elsewhere}}});
    explanation.layers = layersOf(models, pairs, errors);
    std::vector<std::vector<std::size_t>> reads;
    std::vector<std::size_t> elements;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        reads.push_back(pairs[i].reads);
        elements.push_back(errors.layers[i].elements);
    }
    explanation.firstDivergence = firstDivergence(explanation.layers, reads);
    const auto speed = measureSpeed(models, pairs, request, explanation, job.part(errorsEnd, profileEnds));
    auto proposed =
        proposeBuilds({models.floating, models.quantized, pairs, explanation.layers, elements, speed.floating, speed.quantized, request},
                      job.part(profileEnds, 1));
    explanation.proposal = std::move(proposed.keepFloat);
    explanation.weightsOnly = std::move(proposed.weightsOnly);
    explanation.triedMixes = proposed.triedMixes;
    explanation.advice = adviceFor(explanation);
    return explanation;
}

} // namespace hone
