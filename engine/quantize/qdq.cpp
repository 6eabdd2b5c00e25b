// SPDX-License-Identifier: GPL-3.0-or-later
// Names are kept short here: with a hundred pairs of nodes they would outweigh small layers.
#include "quantize/encodings.h"
#include "quantize/in_float.h"
#include "quantize/parameters.h"
#include "quantize/plan.h"
#include "quantize/quantize.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>

namespace hone
{
namespace
{

class Inserter
{
public:
    Inserter(const Graph& prepared, const QuantizationPlan& plan, const Encodings& encodings, const QuantizeOptions& options)
        : m_plan(plan),
          m_encodings(encodings),
          m_options(options),
          m_type(gridTypeOf(options))
    {
        m_result.graph = prepared;
        if (std::ranges::none_of(m_plan.weighted, [](const WeightedNode& node) { return node.integer; }))
            throw Error(MessageCode::NothingToQuantize, {{"detail", "no Conv, Gemm or MatMul with constant float32 weights"}});
        for (std::size_t group = 0; group < m_plan.groups.size(); ++group)
            m_grids.push_back(gridOf(group));
    }

    QuantizeResult insert()
    {
        for (const auto& weighted : m_plan.weighted)
            insertWeights(weighted);
        for (const auto id : m_plan.others)
            insertConstants(id);
        for (const auto id : saturating())
            absorb(id);
        insertPairs();
        if (rulesOf(m_options.scheme).runsHere)
            keepFloatLayersFloat();
        auto& graph = graphOf();
        graph.removeDeadNodes();
        graph.sortTopologically();
        m_result.quantizedNodes = static_cast<int>(m_plan.others.size());
        for (const auto& weighted : m_plan.weighted)
            m_result.quantizedNodes += weighted.integer;
        m_result.floatNodes = m_plan.floatNodes;
        return std::move(m_result);
    }

private:
    struct Grid
    {
        QuantizationParameters parameters;
        GridType type;
        ValueId scale;
        ValueId zeroPoint;
    };

    Graph& graphOf() { return m_result.graph; }

    // Whole numbers of the grid's type.
    static Tensor integersOf(const GridType& type, const Dimensions& shape, const std::vector<std::int32_t>& values)
    {
        Tensor result(type.dtype(), shape);
        const auto bytes = result.mutableBytes();
        const std::size_t width = elementBits(type.dtype()) / 8;
        for (std::size_t i = 0; i < values.size(); ++i)
            std::memcpy(bytes.data() + i * width, &values[i], width); // the low bytes come first
        return result;
    }

    Grid grid(const QuantizationParameters& parameters, const GridType& type)
    {
        auto& graph = graphOf();
        return {parameters, type, graph.addConstant("s", Tensor::scalar(parameters.scale)),
                graph.addConstant("z", integersOf(type, {}, {parameters.zeroPoint}))};
    }

    Grid gridOf(std::size_t group)
    {
        for (const auto id : m_plan.groups[group])
            if (const auto found = m_encodings.activations.find(graphOf().value(id).name); found != m_encodings.activations.end())
                return grid(found->second, typeOfGroup(m_plan, group, m_type));
        throw Error(MessageCode::InternalFault, {{"detail", "no grid for " + graphOf().value(m_plan.groups[group].front()).name}});
    }

    GridType typeOf(NodeId node) const
    {
        auto type = m_type;
        if (m_plan.wide.contains(node))
            type.bits = 16;
        return type;
    }

    // The float value of a constant that is stored as integers.
    ValueId dequantized(ValueId integers, ValueId scale, ValueId zeroPoint, std::int64_t axis)
    {
        auto& graph = graphOf();
        Node node{.opType = "DequantizeLinear", .inputs = {integers, scale}, .outputs = {graph.addComputed("d")}};
        node.name = graph.value(node.outputs[0]).name;
        if (zeroPoint.valid())
            node.inputs.push_back(zeroPoint);
        constexpr std::int64_t defaultAxis = 1;
        if (graph.value(scale).constant.rank() == 1 && axis != defaultAxis)
            node.attributes["axis"] = axis;
        return graph.node(graph.addNode(std::move(node))).outputs[0];
    }

    ValueId scales(const std::vector<float>& values, bool aChannel)
    {
        if (!aChannel)
            return graphOf().addConstant("s", Tensor::scalar(values.front()));
        return graphOf().addConstant("s", Tensor::of<float>({static_cast<std::int64_t>(values.size())}, values));
    }

    // The name of the float constant goes to the integers that replace it.
    ValueId addInPlaceOf(ValueId original, Tensor integers)
    {
        auto& graph = graphOf();
        const auto name = graph.value(original).name;
        graph.renameValue(original, graph.uniqueName(name + "_float"));
        return graph.addConstant(name, std::move(integers));
    }

    // All 0, and so left out where ONNX Runtime fuses without it; its matrix products ask for it.
    ValueId weightZeroPoint(const WeightedNode& weighted, std::size_t channels)
    {
        const auto& opType = graphOf().node(weighted.node).opType;
        if (opType != "Gemm" && opType != "MatMul")
            return {};
        const bool aChannel = hasScaleAChannel(graphOf().node(weighted.node), m_options);
        const Dimensions shape = aChannel ? Dimensions{static_cast<std::int64_t>(channels)} : Dimensions{};
        return graphOf().addConstant("z", Tensor(DType::Int8, shape));
    }

    struct StoredWeights
    {
        ValueId value; // float, behind DequantizeLinear
        std::vector<float> scales;
    };

    const StoredWeights& stored(const WeightedNode& weighted)
    {
        const auto original = graphOf().node(weighted.node).inputs.at(1);
        const auto key = std::pair(original, weighted.channelAxis);
        if (const auto known = m_stored.find(key); known != m_stored.end())
            return known->second;
        const auto& name = graphOf().node(weighted.node).name;
        const auto given = m_encodings.weights.find(name);
        if (given == m_encodings.weights.end())
            throw Error(MessageCode::InternalFault, {{"detail", "no integers for the weights of " + name}});
        const auto& weights = given->second;
        const auto integers = addInPlaceOf(original, weights.values);
        const auto value = dequantized(integers, scales(weights.scales, hasScaleAChannel(graphOf().node(weighted.node), m_options)),
                                       weightZeroPoint(weighted, weights.scales.size()), weighted.channelAxis);
        return m_stored.emplace(key, StoredWeights{value, weights.scales}).first->second;
    }

    float scaleRead(NodeId node, ValueId value) const
    {
        const auto group = m_plan.groupOf.at(value);
        return gridRead(m_plan, node, group, m_grids[group].parameters, m_type).scale;
    }

    void insertWeights(const WeightedNode& weighted)
    {
        const auto inputs = graphOf().node(weighted.node).inputs;
        const bool hasBias =
            rulesOf(m_options.scheme).bias == BiasForm::Integers && weighted.integer && inputs.size() > 2 && inputs[2].valid();
        const float inputScale = weighted.integer ? scaleRead(weighted.node, inputs[0]) : 0;
        const auto& weights = stored(weighted);
        graphOf().node(weighted.node).inputs[1] = weights.value;
        if (!hasBias)
            return;
        const auto bias = toFloats(graphOf().value(inputs[2]).constant);
        std::vector<float> biasScales;
        for (const float scale : weights.scales)
            biasScales.push_back(inputScale * scale);
        const auto integers = addInPlaceOf(inputs[2], quantizeBias(bias, inputScale, weights.scales));
        const auto value = dequantized(integers, scales(biasScales, hasScaleAChannel(graphOf().node(weighted.node), m_options)), {}, 0);
        graphOf().node(weighted.node).inputs[2] = value;
    }

    // The constant operand of an Add or the like, on a grid of its own where the scheme doesn't want that of the result.
    void insertConstants(NodeId id)
    {
        static const std::set<std::string, std::less<>> withOperands = {"Add", "Sub", "Mul", "Max", "Min", "Concat"};
        if (!withOperands.contains(graphOf().node(id).opType))
            return;
        const auto* rule = rulesOf(m_options.scheme).find(graphOf().node(id));
        const bool sharesGrid = rule && rule->form == OperatorForm::SameGrid;
        for (std::size_t i = 0; i < graphOf().node(id).inputs.size(); ++i) {
            const auto original = graphOf().node(id).inputs[i];
            if (!graphOf().isConstant(original))
                continue;
            const auto values = toFloats(graphOf().value(original).constant);
            const auto [low, high] = std::ranges::minmax(values);
            const auto given = m_encodings.activations.find(graphOf().value(original).name);
            const auto type = typeOf(id);
            const auto own = sharesGrid ? m_grids[m_plan.groupOf.at(graphOf().node(id).outputs[0])]
                                        : grid(given != m_encodings.activations.end() ? onType(given->second, m_type, type)
                                                                                      : activationParameters({low, high}, type),
                                               type);
            const auto integers = graphOf().addConstant("c", onGrid(values, graphOf().value(original).constant.shape(), own));
            const auto value = dequantized(integers, own.scale, own.zeroPoint, 0);
            graphOf().node(id).inputs[i] = value;
        }
    }

    static Tensor onGrid(const std::vector<float>& values, const Dimensions& shape, const Grid& grid)
    {
        std::vector<std::int32_t> integers;
        for (const float value : values)
            integers.push_back(quantized(value, grid.parameters.scale, grid.parameters.zeroPoint, grid.type.lowest(), grid.type.highest()));
        return integersOf(grid.type, shape, integers);
    }

    // Those of the plan whose grid begins at 0, so that it saturates where they do: one that is shared with negative values doesn't.
    std::vector<NodeId> saturating() const
    {
        std::vector<NodeId> result;
        for (const auto id : m_plan.absorbed)
            if (const auto& grid = m_grids[groupBehind(m_result.graph, m_plan, id)]; grid.parameters.zeroPoint == grid.type.lowest())
                result.push_back(id);
        return result;
    }

    // The node before takes over the output of one that says nothing more.
    void absorb(NodeId id)
    {
        auto& graph = graphOf();
        const auto input = graph.node(id).inputs.at(0);
        const auto output = graph.node(id).outputs.at(0);
        graph.removeNode(id);
        for (const auto other : graph.order())
            std::ranges::replace(graph.node(other).outputs, input, output);
    }

    void insertPairs()
    {
        const GraphUses uses(graphOf()); // of values that no pair is behind yet
        std::set<NodeId> integer(m_plan.others.begin(), m_plan.others.end());
        for (const auto& weighted : m_plan.weighted)
            if (weighted.integer)
                integer.insert(weighted.node);
        for (const auto& [value, group] : m_plan.groupOf) {
            const auto restored = insertPair(value, m_grids[group]);
            std::vector<Use> converting;
            for (const auto& use : uses.users(value)) {
                if (const auto other = m_plan.conversions.find(use); other != m_plan.conversions.end())
                    convert(use, restored, m_grids[group], m_grids[other->second]);
                else if (integer.contains(use.node) && typeOf(use.node) != m_grids[group].type)
                    converting.push_back(use);
            }
            if (converting.empty())
                continue;
            const auto reader = converting.front().node;
            const auto other = grid(gridRead(m_plan, reader, group, m_grids[group].parameters, m_type), typeOf(reader));
            // A kernel hands over integers, whose values the other grid takes; floats go onto both.
            const auto converted = graphOf().addComputed("d");
            addPair(integer.contains(uses.producer(value)) ? restored : value, converted, other);
            for (const auto& use : converting)
                graphOf().node(use.node).inputs[use.input] = converted;
        }
    }

    void convert(const Use& use, ValueId restored, const Grid& own, const Grid& wanted)
    {
        if (own.parameters.scale == wanted.parameters.scale && own.parameters.zeroPoint == wanted.parameters.zeroPoint)
            return;
        const auto converted = graphOf().addComputed("d");
        addPair(restored, converted, wanted);
        graphOf().node(use.node).inputs[use.input] = converted;
    }

    // Whoever read the value reads what is returned.
    ValueId insertPair(ValueId value, const Grid& grid)
    {
        auto& graph = graphOf();
        const bool isOutput = std::ranges::find(graph.outputs, value) != graph.outputs.end();
        const auto restored = graph.addComputed("d");
        graph.replaceUses(value, restored);
        if (isOutput) {
            const auto name = graph.value(value).name;
            graph.value(restored).type = graph.value(value).type;
            graph.renameValue(value, graph.uniqueName("f"));
            graph.renameValue(restored, name);
        }
        addPair(value, restored, grid);
        return restored;
    }

    void addPair(ValueId value, ValueId restored, const Grid& grid)
    {
        auto& graph = graphOf();
        const auto integers = graph.addComputed("q");
        graph.addNode({.name = graph.value(integers).name,
                       .opType = "QuantizeLinear",
                       .inputs = {value, grid.scale, grid.zeroPoint},
                       .outputs = {integers}});
        graph.addNode({.name = graph.value(restored).name,
                       .opType = "DequantizeLinear",
                       .inputs = {integers, grid.scale, grid.zeroPoint},
                       .outputs = {restored}});
    }

    // Layers with float weights read what readForFloat() gives, so that ONNX Runtime leaves them as they are.
    void keepFloatLayersFloat()
    {
        auto& graph = graphOf();
        const GraphUses uses(graph);
        const auto order = graph.order(); // a copy: nodes are added
        for (const auto id : order) {
            const auto channels = channelsReadInFloat(graph.node(id));
            const auto reading = channels > 1 ? uses.producer(graph.node(id).inputs.at(0)) : NodeId{};
            if (!reading.valid() || graph.node(reading).opType != "DequantizeLinear")
                continue;
            const auto quantizer = uses.producer(graph.node(reading).inputs.at(0));
            const auto own = readForFloat(graph, quantizer, channels);
            graph.node(id).inputs[0] = own;
        }
    }

    // Along axis 1 of what a layer with float weights reads; 0 for all else.
    std::int64_t channelsReadInFloat(const Node& node) const
    {
        const auto& graph = m_result.graph;
        if (!node.domain.empty() || !graph.isConstant(node.input(1)) || graph.value(node.inputs[1]).constant.dtype() != DType::Float32)
            return 0;
        const auto& shape = graph.value(node.inputs[1]).constant.shape();
        if (node.opType == "Conv")
            return shape.at(1) * node.intAttribute("group", 1);
        if (node.opType == "ConvTranspose")
            return shape.at(0);
        if (node.opType == "Gemm" && node.intAttribute("transA", 0) == 0)
            return shape.at(node.intAttribute("transB", 0) ? 1 : 0);
        return 0;
    }

    const QuantizationPlan& m_plan;
    const Encodings& m_encodings;
    const QuantizeOptions& m_options;
    const GridType m_type; // of groups and nodes that are not wide
    QuantizeResult m_result;
    std::vector<Grid> m_grids; // by group
    std::map<std::pair<ValueId, std::int64_t>, StoredWeights> m_stored;
};

} // namespace

QuantizeResult insertQdq(const Graph& prepared, const QuantizationPlan& plan, const Encodings& encodings, const QuantizeOptions& options)
{
    return Inserter(prepared, plan, encodings, options).insert();
}

} // namespace hone
