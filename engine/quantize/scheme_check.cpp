// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/plan.h"
#include "quantize/scheme.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

namespace hone
{
namespace
{

bool isQuantize(const Node& node)
{
    return node.domain.empty() && node.opType == "QuantizeLinear";
}

bool isDequantize(const Node& node)
{
    return node.domain.empty() && node.opType == "DequantizeLinear";
}

bool isLayer(const Node& node)
{
    return node.opType == "Conv" || node.opType == "ConvTranspose" || node.opType == "Gemm" || node.opType == "MatMul";
}

// Whose results are whole numbers or truth values.
bool leavesFloats(const Node& node)
{
    static const std::set<std::string, std::less<>> names = {"Shape",          "Size", "ArgMax",      "ArgMin",  "Equal", "Greater",
                                                             "GreaterOrEqual", "Less", "LessOrEqual", "NonZero", "IsNaN", "IsInf"};
    return isQuantize(node) || names.contains(node.opType);
}

// Kernels saturate where these would.
bool isSaturating(const Node& node)
{
    return node.opType == "Relu" || node.opType == "Clip";
}

struct ReadGrid
{
    std::vector<float> scales;
    std::vector<std::int64_t> zeroPoints;
    DType dtype = DType::UInt8;
    bool operator==(const ReadGrid&) const = default;
};

class SchemeCheck
{
public:
    SchemeCheck(const Graph& graph, const SchemeRules& rules) : m_graph(graph), m_rules(rules), m_uses(graph)
    {
        followFloats();
        markReach();
    }

    std::vector<SchemeProblem> run()
    {
        if (m_rules.newestOpset > 0 && m_graph.opset() > m_rules.newestOpset)
            m_problems.push_back(
                {SchemeVerdict::Refused, m_graph.name,
                 fmt::format("its operator set is {}, and {} is the newest that is read", m_graph.opset(), m_rules.newestOpset)});
        for (const auto id : m_graph.order()) {
            const auto& node = m_graph.node(id);
            if (isQuantize(node))
                checkGrid(node);
            else if (isDequantize(node))
                checkReading(node);
            else if (isLayer(node) && !readsTwoActivations(node))
                checkLayer(id);
            else if (!m_rules.runsHere && isInReach(id))
                checkOperator(id);
        }
        return std::move(m_problems);
    }

private:
    void refuse(const std::string& node, std::string reason) { m_problems.push_back({SchemeVerdict::Refused, node, std::move(reason)}); }

    void tellFloat(const Node& node, std::string reason)
    {
        if (!m_rules.runsHere)
            m_problems.push_back({SchemeVerdict::InFloat, node.name, std::move(reason)});
    }

    // Values that are activations as floats, also between DequantizeLinear and the next QuantizeLinear.
    void followFloats()
    {
        for (const auto input : m_graph.inputs)
            if (m_graph.value(input).type.dtype == DType::Float32)
                m_floats.insert(input);
        for (const auto id : m_graph.order()) {
            const auto& node = m_graph.node(id);
            const bool makesFloats =
                isDequantize(node)
                    ? !m_graph.isConstant(node.input(0))
                    : !leavesFloats(node) && std::ranges::any_of(node.inputs, [&](ValueId input) { return m_floats.contains(input); });
            if (makesFloats)
                m_floats.insert(node.outputs.begin(), node.outputs.end());
        }
    }

    void markReach()
    {
        const auto& order = m_graph.order();
        std::set<NodeId> layers;
        for (const auto id : order)
            if (isLayer(m_graph.node(id)) && isOnIntegers(m_graph.node(id).input(0)) && storedBehind(m_graph.node(id).input(1)))
                layers.insert(id);
        for (const auto id : order)
            for (const auto input : m_graph.node(id).inputs)
                if (const auto producer = input.valid() ? m_uses.producer(input) : NodeId{};
                    producer.valid() && (layers.contains(producer) || m_after.contains(producer)))
                    m_after.insert(id);
        for (auto id = order.rbegin(); id != order.rend(); ++id)
            for (const auto output : m_graph.node(*id).outputs)
                if (output.valid())
                    for (const auto& use : m_uses.users(output))
                        if (layers.contains(use.node) || m_before.contains(use.node))
                            m_before.insert(*id);
    }

    bool isInReach(NodeId id) const
    {
        return m_rules.placement == Placement::Everywhere || (m_after.contains(id) && m_before.contains(id));
    }

    const Node* producerOf(ValueId value) const
    {
        const auto producer = value.valid() ? m_uses.producer(value) : NodeId{};
        return producer.valid() ? &m_graph.node(producer) : nullptr;
    }

    bool isOnIntegers(ValueId value) const
    {
        const auto* producer = producerOf(value);
        return producer && isDequantize(*producer);
    }

    // The DequantizeLinear of a constant behind an input.
    const Node* storedBehind(ValueId value) const
    {
        const auto* producer = producerOf(value);
        return producer && isDequantize(*producer) && m_graph.isConstant(producer->input(0)) ? producer : nullptr;
    }

    // The node that computes what is put on a grid or read from one, or the model's input.
    std::string made(const Node& node) const
    {
        auto value = node.inputs.at(0);
        const Node* producer = producerOf(value);
        for (; producer && (isQuantize(*producer) || isDequantize(*producer)); producer = producerOf(value))
            value = producer->inputs.at(0);
        return producer ? producer->name : m_graph.value(value).name;
    }

    // None where it is not constant.
    std::optional<ReadGrid> gridOf(const Node& node) const
    {
        if (!m_graph.isConstant(node.input(1)) || (node.input(2).valid() && !m_graph.isConstant(node.inputs[2])))
            return std::nullopt;
        ReadGrid grid{toFloats(m_graph.value(node.inputs[1]).constant), {0}};
        if (node.input(2).valid()) {
            grid.zeroPoints = toInt64s(m_graph.value(node.inputs[2]).constant);
            grid.dtype = m_graph.value(node.inputs[2]).constant.dtype();
        }
        return grid;
    }

    void checkGrid(const Node& node)
    {
        const auto grid = gridOf(node);
        if (!grid)
            return refuse(made(node), "its scale or zero point is not a constant");
        if (grid->scales.size() > 1 && !m_rules.runsHere)
            return refuse(made(node), "its result has a scale for each channel, not one for all");
        GridType wanted = m_rules.activations;
        if (elementBits(grid->dtype) == 16 && m_rules.takes16Bits)
            wanted.bits = 16;
        if (grid->dtype != wanted.dtype())
            refuse(made(node), fmt::format("its integers are {}, not {}", name(grid->dtype), name(wanted.dtype())));
        const auto other = std::ranges::find_if(grid->zeroPoints, [](std::int64_t value) { return value != 0; });
        if (wanted.isSymmetric && other != grid->zeroPoints.end())
            refuse(made(node), fmt::format("its zero point is {}, not 0", *other));
    }

    // Of an activation; one on the grid of its QuantizeLinear has been checked there.
    void checkReading(const Node& node)
    {
        if (m_graph.isConstant(node.input(0)))
            return;
        const auto* quantizer = producerOf(node.input(0));
        const auto own = gridOf(node);
        if (!quantizer || !isQuantize(*quantizer) || !own || gridOf(*quantizer) != own)
            checkGrid(node);
    }

    bool readsTwoActivations(const Node& node) const { return m_floats.contains(node.input(0)) && m_floats.contains(node.input(1)); }

    void checkLayer(NodeId id)
    {
        const auto& node = m_graph.node(id);
        if (const auto why = whyFloat(m_graph, node, m_rules))
            return tellFloat(node, *why);
        const auto* weights = storedBehind(node.input(1));
        if (!weights)
            return tellFloat(node, "its weights are float");
        if (!isOnIntegers(node.input(0)))
            return tellFloat(node, "what it reads is not on integers");
        if (m_rules.wantsIntegerResults() && !quantizerOf(node.outputs.at(0)))
            tellFloat(node, "its result is not on integers");
        checkWeights(node, *weights);
        if (const auto* bias = storedBehind(node.input(2)))
            checkBias(node, *bias, *weights);
    }

    void checkWeights(const Node& node, const Node& stored)
    {
        const auto grid = gridOf(stored);
        if (!grid)
            return refuse(node.name, "the scale or zero point of its weights is not a constant");
        const auto& weights = m_graph.value(stored.inputs[0]).constant;
        if (weights.dtype() != DType::Int8)
            return refuse(node.name, fmt::format("its weights are {}, not int8", name(weights.dtype())));
        if (grid->scales.size() > 1 && !m_rules.takesScaleAChannel(node.opType))
            refuse(node.name, "its weights have one scale a column, not one for all");
        if (std::ranges::any_of(grid->zeroPoints, [](std::int64_t value) { return value != 0; }))
            refuse(node.name, "its weights' zero point is not 0");
        constexpr std::int8_t belowSymmetric = -128;
        if (std::ranges::count(weights.data<std::int8_t>(), belowSymmetric) > 0)
            refuse(node.name, "its weights reach -128, where -127 is the least");
    }

    void checkBias(const Node& node, const Node& bias, const Node& weights)
    {
        if (m_rules.bias == BiasForm::Float)
            return refuse(node.name, "its bias is stored as integers");
        if (const auto dtype = m_graph.value(bias.inputs[0]).constant.dtype(); dtype != DType::Int32)
            return refuse(node.name, fmt::format("its bias is {}, not int32", name(dtype)));
        const auto input = gridOf(*producerOf(node.inputs[0]));
        const auto weight = gridOf(weights);
        const auto own = gridOf(bias);
        if (!input || !weight || !own)
            return refuse(node.name, "the scale of its bias is not a constant");
        if (std::ranges::any_of(own->zeroPoints, [](std::int64_t value) { return value != 0; }))
            refuse(node.name, "its bias' zero point is not 0");
        constexpr float tolerance = 1e-5f; // of a product of two floats
        for (std::size_t i = 0; i < own->scales.size(); ++i) {
            const float wanted = input->scales.front() * weight->scales[std::min(i, weight->scales.size() - 1)];
            if (std::abs(own->scales[i] - wanted) > tolerance * wanted)
                return refuse(node.name, "its bias' scale is not the input's times the weights'");
        }
    }

    // The one that alone reads a value, past what saturates.
    const Node* quantizerOf(ValueId value) const
    {
        const auto& users = m_uses.users(value);
        if (users.empty() || m_uses.isGraphOutput(value))
            return nullptr;
        const auto& first = m_graph.node(users.front().node);
        if (users.size() == 1 && isSaturating(first))
            return quantizerOf(first.outputs.at(0));
        const bool all = std::ranges::all_of(users, [&](const Use& use) { return isQuantize(m_graph.node(use.node)); });
        return all ? &first : nullptr;
    }

    // Of an operator without weights.
    void checkOperator(NodeId id)
    {
        const auto& node = m_graph.node(id);
        std::vector<ValueId> read;
        std::ranges::copy_if(node.inputs, std::back_inserter(read), [&](ValueId input) { return m_floats.contains(input); });
        const bool readsIntegers = std::ranges::all_of(read, [&](ValueId input) { return isOnIntegers(input); });
        if (read.empty() || (onlyMoves(m_graph, id) && !readsIntegers) || isPartOfKernel(node))
            return;
        const auto* rule = m_rules.find(node);
        if (!rule)
            return tellFloat(node, "Hone knows no integer form of " + node.opType + " there");
        if (rule->form == OperatorForm::Fused)
            return;
        if (!readsIntegers)
            return tellFloat(node, "what it reads is not on integers");
        const auto* quantizer = quantizerOf(node.outputs.at(0));
        if (!quantizer && m_rules.placement != Placement::BetweenLayers)
            return tellFloat(node, "its result is not on integers");
        if (quantizer)
            checkResult(node, *rule, *quantizer);
    }

    // A Relu or Clip that reads what an operator computes.
    bool isPartOfKernel(const Node& node) const
    {
        const auto* before = producerOf(node.input(0));
        return isSaturating(node) && before && !isDequantize(*before) && m_rules.find(*before) && m_uses.users(node.inputs[0]).size() == 1;
    }

    void checkResult(const Node& node, const OperatorRule& rule, const Node& quantizer)
    {
        const auto grid = gridOf(quantizer);
        if (!grid || grid->scales.size() != 1 || grid->zeroPoints.size() != 1)
            return; // told where it is written
        const auto& given = elementBits(grid->dtype) == 16 ? rule.output.in16Bits : rule.output.in8Bits;
        if (given && FixedGrid{grid->scales[0], static_cast<std::int32_t>(grid->zeroPoints[0])} != *given)
            refuse(node.name, fmt::format("its result has scale {:.6g} and zero point {}, not {:.6g} and {}", grid->scales[0],
                                          grid->zeroPoints[0], given->scale, given->zeroPoint));
        if (rule.form != OperatorForm::SameGrid)
            return;
        for (const auto input : node.inputs)
            if (isOnIntegers(input) && gridOf(*producerOf(input)) != grid)
                return refuse(node.name, "what it reads and what it gives have different scales or zero points");
    }

    const Graph& m_graph;
    const SchemeRules& m_rules;
    GraphUses m_uses;
    std::set<ValueId> m_floats;
    std::set<NodeId> m_after; // layers on integers
    std::set<NodeId> m_before;
    std::vector<SchemeProblem> m_problems;
};

} // namespace

std::vector<SchemeProblem> checkScheme(const Graph& quantized, Scheme scheme)
{
    return SchemeCheck(quantized, rulesOf(scheme)).run();
}

} // namespace hone
