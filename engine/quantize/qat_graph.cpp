// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/qat_graph.h"

#include "graph/fake_quantize.h"
#include "graph/own_vectors.h"
#include "quantize/kept_layers.h"
#include "quantize/parameters.h"
#include "quantize/weight_range.h"

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

// Output channels of the weights, as plan.h has it of a prepared graph.
std::int64_t channelAxis(const Node& node)
{
    if (node.opType == "Gemm")
        return node.intAttribute("transB", 0) ? 0 : 1;
    return node.opType == "Conv" ? 0 : 1;
}

// Whether each output channel has a scale of its own, which a normalization behind the layer can go into.
bool channelsHaveScales(const QatModel& model, const QuantizeOptions& options)
{
    return options.perChannelWeights && std::ranges::none_of(model.plan.weighted, [&](const WeightedNode& weighted) {
               const auto& node = model.prepared.node(weighted.node);
               return node.opType == "ConvTranspose" && node.intAttribute("group", 1) > 1;
           });
}

// Its values are on the grid already, since what it reads is.
bool onlyHandsOn(const QatModel& model, std::size_t group, NodeId producer)
{
    static const std::vector<std::string> moving = {"Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "MaxPool"};
    if (!producer.valid())
        return false;
    const auto& node = model.prepared.node(producer);
    const auto isOnGrid = [&](ValueId id) {
        const auto found = model.plan.groupOf.find(id);
        return found != model.plan.groupOf.end() && found->second == group;
    };
    if (node.opType == "Concat")
        return std::ranges::all_of(node.inputs, isOnGrid);
    return std::ranges::find(moving, node.opType) != moving.end() && isOnGrid(node.input(0));
}

class FakeQuantizer
{
public:
    FakeQuantizer(const QatModel& model, const Encodings& start, const QuantizeOptions& options)
        : m_model(model),
          m_start(start),
          m_options(options)
    {
        m_result.graph = model.trainable;
        m_result.graph.opsets[std::string(honeDomain)] = 1;
    }

    FakeQuantizedGraph insert()
    {
        for (const auto& weighted : m_model.plan.weighted)
            insertWeights(m_model.prepared.node(weighted.node).name);
        for (const auto id : m_model.plan.others)
            insertConstants(m_model.prepared.node(id));
        for (const auto id : m_model.plan.absorbed)
            absorb(id);
        const GraphUses uses(m_model.prepared);
        for (std::size_t group = 0; group < m_model.plan.groups.size(); ++group)
            insertGroup(group, uses);
        const GraphUses trainableUses(m_model.trainable);
        for (const auto& weighted : m_model.plan.weighted)
            if (weighted.integer)
                roundBias(m_model.prepared.node(weighted.node), trainableUses);
        m_result.graph.removeDeadNodes();
        m_result.graph.sortTopologically();
        return std::move(m_result);
    }

private:
    Graph& graphOf() { return m_result.graph; }

    std::int64_t lowest() const { return gridTypeOf(m_options).lowest(); }

    const QuantizationParameters& startOf(std::size_t group) const
    {
        return m_start.activations.at(m_model.prepared.value(m_model.plan.groups[group].front()).name);
    }

    ValueId addStep(const std::string& of, const std::vector<float>& scales)
    {
        return graphOf().addConstant(of + ".step", Tensor::of<float>({static_cast<std::int64_t>(scales.size())}, scales));
    }

    // `x` on its grid, for those that are to read it so.
    ValueId addFakeQuantize(ValueId x, ValueId step, const FakeQuantizeGrid& grid)
    {
        const auto y = graphOf().addComputed(graphOf().value(x).name + ".on_grid");
        auto node = fakeQuantizeNode(x, step, y, grid);
        node.name = graphOf().value(y).name;
        graphOf().addNode(std::move(node));
        return y;
    }

    void insertWeights(const std::string& name)
    {
        const auto id = graphOf().findNode(name);
        if (!id || !isFloatConstant(graphOf(), graphOf().node(*id).input(1)))
            return;
        const auto weights = graphOf().node(*id).input(1);
        const auto axis = channelAxis(graphOf().node(*id));
        const auto key = std::pair(weights, axis);
        if (!m_weights.contains(key)) {
            const int largest = largestWeight(m_options.weightRange, m_options.bitsWeights);
            const auto choice = m_options.bitsWeights < 8 ? ScaleChoice::LeastError : ScaleChoice::Largest;
            const auto start = quantizeWeights(graphOf().value(weights).constant, {axis, m_options.perChannelWeights, largest, choice});
            const auto step = addStep(graphOf().value(weights).name, start.scales);
            m_weights[key] = {addFakeQuantize(weights, step, {.axis = axis, .lowest = -largest, .highest = largest}),
                              graphOf().value(step).name};
        }
        graphOf().node(*id).inputs[1] = m_weights[key].onGrid;
        m_result.weights[name] = {m_weights[key].step, axis};
    }

    // The constant operand of an Add, Mul or Concat, on a grid of its own; a single number is on any.
    void insertConstants(const Node& prepared)
    {
        if (prepared.opType != "Add" && prepared.opType != "Mul" && prepared.opType != "Concat")
            return;
        const auto id = graphOf().findNode(prepared.name);
        for (std::size_t i = 0; id && i < graphOf().node(*id).inputs.size(); ++i) {
            const auto original = graphOf().node(*id).inputs[i];
            if (!isFloatConstant(graphOf(), original) || graphOf().value(original).constant.size() < 2)
                continue;
            if (!m_constants.contains(original)) {
                const auto [low, high] = std::ranges::minmax(toFloats(graphOf().value(original).constant));
                const auto grid = activationParameters({low, high}, gridTypeOf(m_options));
                const auto step = addStep(graphOf().value(original).name, {grid.scale});
                m_result.activations[graphOf().value(original).name] = {graphOf().value(step).name, grid.zeroPoint};
                m_constants[original] = addFakeQuantize(original, step, activationGrid(grid.zeroPoint));
            }
            graphOf().node(*id).inputs[i] = m_constants[original];
        }
    }

    FakeQuantizeGrid activationGrid(std::int32_t zeroPoint) const
    {
        return {.zeroPoint = zeroPoint, .lowest = lowest(), .highest = lowest() + 255};
    }

    // As in the file that is written: a Relu or Clip says nothing more where the grid begins at 0, and its bound is learnt with the step.
    void absorb(NodeId prepared)
    {
        if (startOf(groupBehind(m_model.prepared, m_model.plan, prepared)).zeroPoint != lowest())
            return;
        const auto id = graphOf().findNode(m_model.prepared.node(prepared).name);
        if (!id)
            return;
        const auto input = graphOf().node(*id).inputs.at(0);
        const auto output = graphOf().node(*id).outputs.at(0);
        graphOf().removeNode(*id);
        for (const auto other : graphOf().order())
            std::ranges::replace(graphOf().node(other).outputs, input, output);
    }

    void insertGroup(std::size_t group, const GraphUses& uses)
    {
        const auto& start = startOf(group);
        std::optional<ValueId> step;
        for (const auto member : m_model.plan.groups[group]) {
            const auto& name = m_model.prepared.value(member).name;
            const auto value = graphOf().findValue(name);
            if (!value || onlyHandsOn(m_model, group, uses.producer(member)))
                continue;
            if (!step)
                step = addStep(name, {start.scale});
            insertBehind(*value, *step, start.zeroPoint);
        }
        for (const auto member : m_model.plan.groups[group])
            if (step)
                m_result.activations[m_model.prepared.value(member).name] = {graphOf().value(*step).name, start.zeroPoint};
    }

    void insertBehind(ValueId value, ValueId step, std::int32_t zeroPoint)
    {
        auto& graph = graphOf();
        const bool isOutput = std::ranges::find(graph.outputs, value) != graph.outputs.end();
        const auto onGrid = graph.addComputed(graph.value(value).name + ".on_grid");
        graph.replaceUses(value, onGrid);
        if (isOutput) { // which keeps its name
            const auto name = graph.value(value).name;
            graph.value(onGrid).type = graph.value(value).type;
            graph.renameValue(value, graph.uniqueName(name + ".float"));
            graph.renameValue(onGrid, name);
        }
        auto node = fakeQuantizeNode(value, step, onGrid, activationGrid(zeroPoint));
        node.name = graph.value(onGrid).name;
        graph.addNode(std::move(node));
    }

    // Behind the layer, whose own result gets another name.
    void roundBias(const Node& prepared, const GraphUses& trainableUses)
    {
        auto& graph = graphOf();
        const auto id = graph.findNode(prepared.name);
        const auto weights = m_result.weights.find(prepared.name);
        const auto input = m_result.activations.find(m_model.prepared.value(prepared.inputs.at(0)).name);
        if (!id || !prepared.input(2).valid() || weights == m_result.weights.end() || input == m_result.activations.end())
            return;
        const auto result = graph.node(*id).outputs.at(0);
        const auto plain = graph.addComputed(graph.value(result).name + ".unrounded");
        Node node{.name = prepared.name + ".bias_on_grid", .opType = "RoundBias", .domain = std::string(honeDomain)};
        node.inputs = {plain, graph.findValue(input->second.step).value(), graph.findValue(weights->second.step).value(),
                       graph.node(*id).input(2)};
        node.outputs = {result};
        const auto layer = m_model.trainable.findNode(prepared.name).value();
        const auto& users = trainableUses.users(m_model.trainable.node(layer).outputs.at(0));
        if (users.size() == 1)
            if (const auto& next = m_model.trainable.node(users.front().node);
                next.opType == "BatchNormalization" && !m_model.prepared.findNode(next.name)) {
                node.inputs.insert(node.inputs.end(), next.inputs.begin() + 1, next.inputs.end());
                node.attributes["epsilon"] = next.floatAttribute("epsilon", 1e-5f);
            }
        graph.node(*id).outputs[0] = plain;
        graph.addNode(std::move(node));
    }

    struct OnGrid
    {
        ValueId onGrid;
        std::string step;
    };

    const QatModel& m_model;
    const Encodings& m_start;
    const QuantizeOptions& m_options;
    FakeQuantizedGraph m_result;
    std::map<std::pair<ValueId, std::int64_t>, OnGrid> m_weights; // a tensor that layers share has one grid
    std::map<ValueId, ValueId> m_constants;
};

} // namespace

QatModel prepareForQat(const Graph& graph, const QuantizeOptions& options)
{
    QatModel model;
    model.trainable = withOwnVectors(prepareForQuantization(graph, Normalization::Kept));
    model.prepared = prepareForQuantization(model.trainable);
    model.planning.keepFloat = keptLayers(model.prepared, options);
    model.plan = planQuantization(model.prepared, model.planning);
    if (std::ranges::none_of(model.plan.weighted, [](const WeightedNode& node) { return node.integer; }))
        throw Error(MessageCode::NothingToQuantize, {{"detail", "no Conv, Gemm or MatMul with constant float32 weights"}});
    if (!channelsHaveScales(model, options))
        model.trainable = model.prepared = withOwnVectors(model.prepared);
    return model;
}

FakeQuantizedGraph fakeQuantized(const QatModel& model, const Encodings& start, const QuantizeOptions& options)
{
    return FakeQuantizer(model, start, options).insert();
}

} // namespace hone
