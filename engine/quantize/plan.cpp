// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/plan.h"

#include "graph/shape_inference.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <numeric>
#include <optional>
#include <set>
#include <string_view>

namespace hone
{
namespace
{

using Names = std::set<std::string, std::less<>>;

// Output values are input values, so both can share one grid. The first input is the data.
const Names& moving()
{
    static const Names names = {"Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "MaxPool"};
    return names;
}

const Names& withWeights()
{
    static const Names names = {"Conv", "ConvTranspose", "Gemm", "MatMul"};
    return names;
}

bool isFloatConstant(const Graph& graph, ValueId id)
{
    return graph.isConstant(id) && graph.value(id).constant.dtype() == DType::Float32;
}

// Where the weights and the bias are as an integer kernel wants them.
std::optional<WeightedNode> weightedNode(const Graph& graph, NodeId id)
{
    const auto& node = graph.node(id);
    if (!node.domain.empty() || !isFloatConstant(graph, node.input(1)) || graph.isConstant(node.input(0)))
        return std::nullopt;
    const auto& weights = graph.value(node.input(1)).constant;
    const bool plainBias =
        !node.input(2).valid() || (isFloatConstant(graph, node.input(2)) && graph.value(node.input(2)).constant.rank() == 1);
    if (weights.size() == 0 || !plainBias)
        return std::nullopt;
    if (node.opType == "Conv" && weights.rank() >= 3)
        return WeightedNode{id, 0, true};
    if (node.opType == "ConvTranspose" && weights.rank() >= 3)
        return WeightedNode{id, 1, false};
    if (node.opType == "Gemm" && weights.rank() == 2 && node.intAttribute("transA", 0) == 0 && node.floatAttribute("alpha", 1) == 1 &&
        node.floatAttribute("beta", 1) == 1)
        return WeightedNode{id, node.intAttribute("transB", 0) ? 0 : 1, true};
    if (node.opType == "MatMul" && weights.rank() == 2)
        return WeightedNode{id, 1, true};
    return std::nullopt;
}

// A bound of Clip; none where it isn't constant.
std::optional<float> clipBound(const Graph& graph, const Node& node, std::size_t input, float otherwise)
{
    if (!node.input(input).valid())
        return otherwise;
    if (!isFloatConstant(graph, node.input(input)) || graph.value(node.input(input)).constant.size() != 1)
        return std::nullopt;
    return graph.value(node.input(input)).constant.data<float>()[0];
}

// Whether an unsigned grid that begins at 0 and ends within the node's range makes it superfluous: Relu, Clip from 0.
bool isSaturation(const Graph& graph, const Node& node)
{
    constexpr float infinity = std::numeric_limits<float>::infinity();
    if (node.opType == "Relu")
        return true;
    if (node.opType != "Clip")
        return false;
    const auto low = clipBound(graph, node, 1, -infinity);
    const auto high = clipBound(graph, node, 2, infinity);
    return low && high && *low == 0 && *high > 0;
}

class Planner
{
public:
    Planner(const Graph& graph, const PlanOptions& options)
        : m_graph(graph),
          m_options(options),
          m_rules(rulesOf(options.scheme)),
          m_uses(graph),
          m_types(inferShapes(graph))
    {}

    QuantizationPlan plan()
    {
        findWeighted();
        markReach();
        chooseOthers();
        for (const auto& weighted : m_plan.weighted)
            if (weighted.integer) {
                quantize(m_graph.node(weighted.node).inputs[0]);
                quantizeResult(weighted.node);
            }
        for (const auto id : m_plan.others)
            quantizeAround(id);
        if (m_rules.placement == Placement::InputsOfLayers)
            quantizeResiduals();
        widen();
        group();
        return std::move(m_plan);
    }

private:
    void findWeighted()
    {
        for (const auto id : m_graph.order()) {
            const auto& node = m_graph.node(id);
            if (!withWeights().contains(node.opType))
                continue;
            if (const auto weighted = isFloat(node) ? std::nullopt : weightedNode(m_graph, id)) {
                m_plan.weighted.push_back(*weighted);
                if (weighted->integer)
                    m_integer.insert(id);
                else
                    m_plan.floatNodes.push_back(node.name);
            } else {
                m_plan.floatNodes.push_back(node.name);
            }
        }
    }

    bool isKept(const Node& node) const { return m_options.keepFloat.contains(node.name); }

    // A layer of which not even the weights are stored as integers.
    bool isFloat(const Node& layer) const { return isKept(layer) || (!m_rules.runsHere && whyFloat(m_graph, layer, m_rules)); }

    OperatorForm formOf(NodeId id) const
    {
        const auto* rule = m_rules.find(m_graph.node(id));
        return rule ? rule->form : OperatorForm::Fused;
    }

    // Whether the operator's place in the graph is one where integers are wanted.
    bool isInReach(NodeId id) const
    {
        return m_rules.placement == Placement::Everywhere || (m_after.contains(id) && m_before.contains(id));
    }

    // Which nodes come after, and which before, a weighted one.
    void markReach()
    {
        const auto& order = m_graph.order();
        for (const auto id : order)
            for (const auto input : m_graph.node(id).inputs)
                if (input.valid() && m_uses.producer(input).valid() &&
                    (m_integer.contains(m_uses.producer(input)) || m_after.contains(m_uses.producer(input))))
                    m_after.insert(id);
        for (auto id = order.rbegin(); id != order.rend(); ++id)
            for (const auto output : m_graph.node(*id).outputs)
                if (output.valid())
                    for (const auto& use : m_uses.users(output))
                        if (m_integer.contains(use.node) || m_before.contains(use.node))
                            m_before.insert(*id);
    }

    bool isFloatActivation(ValueId id) const { return id.valid() && !m_graph.isConstant(id) && m_types.type(id).dtype == DType::Float32; }

    void chooseOthers()
    {
        for (const auto id : m_graph.order()) {
            const auto& node = m_graph.node(id);
            const auto* rule = withWeights().contains(node.opType) ? nullptr : m_rules.find(node);
            if (!rule || rule->form == OperatorForm::Fused || isKept(node) || !isInReach(id) || node.outputs.size() != 1)
                continue;
            // Clipping what came as a float is done best as a float: only its result needs a grid.
            if ((node.opType == "Relu" || node.opType == "Clip") && !m_integer.contains(m_uses.producer(node.inputs.at(0))))
                continue;
            if (!isFloatActivation(node.outputs[0]) || m_types.type(node.inputs.at(0)).dtype != DType::Float32)
                continue;
            m_plan.others.push_back(id);
            m_integer.insert(id);
        }
    }

    void quantize(ValueId id) { m_quantized.insert(id); }

    // The Relu or Clip that alone reads a value and that saturation replaces.
    NodeId absorbable(ValueId value) const
    {
        if (m_uses.isGraphOutput(value) || m_uses.users(value).size() != 1)
            return {};
        const auto use = m_uses.users(value).front();
        return use.input == 0 && isSaturation(m_graph, m_graph.node(use.node)) ? use.node : NodeId{};
    }

    // The result of a node that has an integer kernel, past what saturation replaces.
    void quantizeResult(NodeId id)
    {
        auto value = m_graph.node(id).outputs[0];
        std::vector<NodeId> replaced;
        for (auto next = absorbable(value); next.valid(); next = absorbable(value)) {
            replaced.push_back(next);
            value = m_graph.node(next).outputs[0];
        }
        const auto& users = m_uses.users(value);
        if (canGiveFloats(m_graph.node(id)) && std::ranges::none_of(users, [&](const Use& use) { return m_integer.contains(use.node); })) {
            if (!m_rules.runsHere) // they are fused with the layer as floats
                m_absorbed.insert(replaced.begin(), replaced.end());
            return;
        }
        quantize(value);
        m_plan.absorbed.insert(m_plan.absorbed.end(), replaced.begin(), replaced.end());
        m_absorbed.insert(replaced.begin(), replaced.end());
    }

    // A layer whose kernel gives floats as well, which is better where nobody reads integers: in ONNX Runtime a matrix product.
    bool canGiveFloats(const Node& node) const
    {
        if (m_rules.wantsIntegerResults())
            return false;
        return node.opType == "Gemm" || node.opType == "MatMul" || (!m_rules.runsHere && node.opType == "Conv");
    }

    // The output's grid is not chosen by what comes behind.
    bool hasGridOfItsOwn(const Node& node) const
    {
        const auto* rule = m_rules.find(node);
        return moving().contains(node.opType) || rule->form == OperatorForm::SameGrid || rule->output.in8Bits || rule->output.in16Bits;
    }

    void quantizeAround(NodeId id)
    {
        if (m_absorbed.contains(id))
            return;
        const auto& node = m_graph.node(id);
        const auto dataInputs = moving().contains(node.opType) || node.opType == "Clip" ? 1 : node.inputs.size();
        for (std::size_t i = 0; i < dataInputs; ++i)
            if (isFloatActivation(node.inputs[i]))
                quantize(node.inputs[i]);
        if (hasGridOfItsOwn(node))
            quantize(node.outputs[0]);
        else
            quantizeResult(id);
    }

    // Of an Add of two activations the operand that is not a layer's own result, which the kernel of that layer then adds; both where
    // neither is. Of two layers the later one does the adding.
    void quantizeResiduals()
    {
        const auto& order = m_graph.order();
        std::map<NodeId, std::size_t> place;
        for (std::size_t i = 0; i < order.size(); ++i)
            place[order[i]] = i;
        for (const auto id : order) {
            const auto& node = m_graph.node(id);
            if (node.opType != "Add" || isKept(node) || !isInReach(id) ||
                !std::ranges::all_of(node.inputs, [&](ValueId input) { return isFloatActivation(input); }))
                continue;
            std::optional<std::size_t> fused;
            for (std::size_t i = 0; i < node.inputs.size(); ++i)
                if (isOwnResult(node.inputs[i]) &&
                    (!fused || place[m_uses.producer(node.inputs[*fused])] < place[m_uses.producer(node.inputs[i])]))
                    fused = i;
            for (std::size_t i = 0; i < node.inputs.size(); ++i)
                if (i != fused)
                    quantize(node.inputs[i]);
        }
    }

    // What a layer on integers computes for one reader.
    bool isOwnResult(ValueId value) const
    {
        const auto producer = m_uses.producer(value);
        return producer.valid() && m_integer.contains(producer) && withWeights().contains(m_graph.node(producer).opType) &&
               m_uses.users(value).size() == 1 && !m_uses.isGraphOutput(value);
    }

    // What computes a value, in front of what saturation replaces.
    NodeId computing(ValueId value) const
    {
        auto producer = m_uses.producer(value);
        while (producer.valid() && m_absorbed.contains(producer))
            producer = m_uses.producer(m_graph.node(producer).inputs.at(0));
        return producer;
    }

    void widen()
    {
        for (const auto& weighted : m_plan.weighted)
            if (weighted.integer && m_options.sixteenBits.contains(m_graph.node(weighted.node).name))
                m_plan.wide.insert(weighted.node);
        for (const auto id : m_plan.others)
            if (std::ranges::any_of(m_graph.node(id).inputs,
                                    [&](ValueId input) { return input.valid() && m_plan.wide.contains(computing(input)); }))
                m_plan.wide.insert(id);
    }

    bool isWide(ValueId value) const
    {
        const auto computed = computing(value);
        if (computed.valid() && m_integer.contains(computed))
            return m_plan.wide.contains(computed);
        const auto& users = m_uses.users(value); // of floats: none takes them in 8 bits
        return std::ranges::any_of(users, [&](const Use& use) { return m_plan.wide.contains(use.node); }) &&
               std::ranges::none_of(users, [&](const Use& use) { return m_integer.contains(use.node) && !m_plan.wide.contains(use.node); });
    }

    // Union-find over the values that share a grid.
    ValueId root(ValueId id)
    {
        while (m_parent.at(id) != id)
            id = m_parent.at(id);
        return id;
    }

    void unite(ValueId a, ValueId b)
    {
        if (!m_quantized.contains(a) || !m_quantized.contains(b))
            return;
        const auto first = root(a);
        const auto second = root(b);
        m_parent[std::max(first, second)] = std::min(first, second);
    }

    // Values of different grids are not united: a reader that wants one for all converts.
    bool isGiven(ValueId value) { return m_quantized.contains(value) && m_given.contains(root(value)); }

    void uniteAround(NodeId id)
    {
        const auto& node = m_graph.node(id);
        if (const auto* rule = m_rules.find(node); rule->output.in8Bits || rule->output.in16Bits)
            m_given[root(node.outputs[0])] = rule->output;
        const bool sharesGrid = formOf(id) == OperatorForm::SameGrid;
        std::vector<ValueId> read;
        std::ranges::copy_if(node.inputs, std::back_inserter(read), [&](ValueId input) { return m_quantized.contains(input); });
        if (moving().contains(node.opType) || (sharesGrid && read.size() == 1 && node.opType != "Concat")) {
            const auto given = read.empty() ? m_given.end() : m_given.find(root(read.front()));
            const auto grids = given == m_given.end() ? std::nullopt : std::optional(given->second);
            if (!read.empty())
                unite(read.front(), node.outputs[0]);
            if (grids)
                m_given[root(node.outputs[0])] = *grids;
            return;
        }
        if (node.opType != "Concat" && !sharesGrid)
            return;
        // A part that others read, too, keeps its own grid: theirs would get coarser for nothing.
        for (std::size_t i = 0; i < node.inputs.size(); ++i) {
            const auto input = node.inputs[i];
            if (m_uses.users(input).size() == 1 && isWide(input) == m_plan.wide.contains(id) && !isGiven(input))
                unite(input, node.outputs[0]);
            else if (sharesGrid && m_quantized.contains(input))
                m_converting.push_back({id, i});
        }
    }

    void group()
    {
        for (const auto id : m_quantized)
            m_parent[id] = id;
        for (const auto id : m_plan.others)
            if (!m_absorbed.contains(id))
                uniteAround(id);
        std::map<ValueId, std::size_t> groupOfRoot;
        for (const auto id : m_quantized) {
            const auto [found, isNew] = groupOfRoot.emplace(root(id), m_plan.groups.size());
            if (isNew) {
                m_plan.groups.emplace_back();
                if (isWide(id))
                    m_plan.wideGroups.insert(found->second);
                if (const auto given = m_given.find(root(id)); given != m_given.end())
                    m_plan.givenGrids[found->second] = given->second;
            }
            m_plan.groups[found->second].push_back(id);
            m_plan.groupOf[id] = found->second;
        }
        for (const auto& use : m_converting)
            m_plan.conversions[use] = m_plan.groupOf.at(m_graph.node(use.node).outputs[0]);
        std::erase_if(m_plan.others, [&](NodeId id) { return m_absorbed.contains(id); });
    }

    const Graph& m_graph;
    const PlanOptions& m_options;
    const SchemeRules& m_rules;
    GraphUses m_uses;
    InferredTypes m_types;
    QuantizationPlan m_plan;
    std::set<NodeId> m_integer; // nodes that read integers
    std::set<NodeId> m_after;
    std::set<NodeId> m_before;
    std::set<NodeId> m_absorbed;
    std::set<ValueId> m_quantized;
    std::map<ValueId, ValueId> m_parent;
    std::map<ValueId, OutputGrids> m_given; // by root
    std::vector<Use> m_converting;
};

} // namespace

bool onlyMoves(const Graph& graph, NodeId id)
{
    return id.valid() && graph.node(id).domain.empty() && moving().contains(graph.node(id).opType);
}

std::optional<FixedGrid> QuantizationPlan::givenGrid(std::size_t group, const GridType& type) const
{
    const auto given = givenGrids.find(group);
    if (given == givenGrids.end())
        return std::nullopt;
    return type.bits == 16 ? given->second.in16Bits : given->second.in8Bits;
}

QuantizationPlan planQuantization(const Graph& prepared, const PlanOptions& options)
{
    return Planner(prepared, options).plan();
}

std::size_t groupBehind(const Graph& prepared, const QuantizationPlan& plan, NodeId absorbed)
{
    auto value = prepared.node(absorbed).outputs.at(0);
    for (const auto id : plan.absorbed) // a chain of them stands there in its order
        if (!plan.isQuantized(value) && prepared.node(id).inputs.at(0) == value)
            value = prepared.node(id).outputs.at(0);
    return plan.groupOf.at(value);
}

} // namespace hone
