// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/gate_gradients.h"

#include "evaluate/batch_run.h"
#include "graph/shape_inference.h"
#include "prune/read_operand.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

namespace hone
{
namespace
{

// Activations of so many samples are in memory at once, those that gradients
// need included.
constexpr std::size_t samplesTogether = 16;

struct GatedReading
{
    std::size_t group = 0;
    const Reading* reading = nullptr;
    ReadOperand operand;
};

std::vector<GatedReading> gatedReadings(const Graph& graph, const DependencyGraph& dependencies)
{
    std::vector<GatedReading> all;
    for (std::size_t g = 0; g < dependencies.groups.size(); ++g)
        for (const Reading* reading : allReadings(dependencies.groups[g]))
            if (const auto operand = readOperand(graph, *reading))
                all.push_back({g, reading, *operand});
    return all;
}

// Whether each sample has its own part of everything that is read, so that it
// can have its own gates.
bool isBySample(const Graph& graph, const std::vector<GatedReading>& readings)
{
    const InferredTypes types = inferShapes(graph);
    const auto& fed = types.type(graph.inputs.at(0)).shape;
    if (!fed || fed->empty() || fed->front().isFixed())
        return false;
    return std::ranges::all_of(readings, [&](const GatedReading& gated) {
        const auto& shape = types.type(gated.operand.value).shape;
        return shape && shape->size() > gated.operand.axesBehind + 1 && shape->front() == fed->front();
    });
}

Tensor ones(Dimensions shape)
{
    Tensor tensor(DType::Float32, std::move(shape));
    std::ranges::fill(tensor.mutableData<float>(), 1.0F);
    return tensor;
}

// A mean over gated channels is the weighted one: what it makes is divided by the mean of its gates. Those have the rank of what is read,
// so that the node's own axes are theirs.
void divideByMeanOf(Graph& graph, NodeId mean, ValueId gate)
{
    Node ofGates = graph.node(mean);
    const ValueId whole = ofGates.outputs[0];
    const ValueId sum = graph.addComputed("hone_gated");
    const ValueId weight = graph.addComputed("hone_gate");
    ofGates.name = "hone_gate";
    ofGates.inputs[0] = gate;
    ofGates.outputs[0] = weight;
    graph.insertNodeBefore(mean, std::move(ofGates));
    graph.node(mean).outputs[0] = sum;
    graph.insertNodeAfter(mean, {.name = "hone_gated", .opType = "Div", .inputs = {sum, weight}, .outputs = {whole}});
}

} // namespace

struct GateGradients::Gated
{
    Graph graph;
    std::size_t batch = 1;
    std::size_t rows = 1;
    std::vector<Gate> gates;
};

GateGradients::Gated GateGradients::gate(const Graph& graph, const DependencyGraph& dependencies, ValueId answers)
{
    const auto readings = gatedReadings(graph, dependencies);
    const bool bySample = isBySample(graph, readings);
    Gated gated{graph, 1, 1, {}};
    if (bySample)
        gated.batch = gated.rows = samplesTogether;
    else if (isBatchFixed(graph))
        gated.batch = static_cast<std::size_t>(batchOf(graph));
    const InferredTypes types = inferShapes(graph);
    for (const GatedReading& each : readings) {
        const ReadOperand& operand = each.operand;
        Dimensions shape(operand.axesBehind + 1, 1); // broadcasts from the right
        shape[0] = operand.extent;
        const bool isMean = graph.node(each.reading->node).opType == "ReduceMean";
        if (bySample || isMean)
            shape.insert(shape.begin(), types.type(operand.value).shape->size() - shape.size(), 1);
        if (bySample)
            shape[0] = static_cast<std::int64_t>(samplesTogether);
        const ValueId factor = gated.graph.addConstant("hone_gate", ones(shape));
        const ValueId product = gated.graph.addComputed("hone_gated");
        gated.graph.insertNodeBefore(each.reading->node, {.name = "hone_gate",
                                                          .opType = "Mul",
                                                          .inputs = {gated.graph.node(each.reading->node).inputs[operand.input], factor},
                                                          .outputs = {product}});
        gated.graph.node(each.reading->node).inputs[operand.input] = product;
        if (isMean)
            divideByMeanOf(gated.graph, each.reading->node, factor);
        Gate gate{gated.graph.value(factor).name, each.group, {}, static_cast<std::size_t>(operand.extent)};
        for (const auto& positions : each.reading->positions)
            gate.positions.push_back(operandPositions(operand, positions));
        gated.gates.push_back(std::move(gate));
    }
    gated.graph.outputs = {answers};
    if (gated.graph.value(answers).type.dtype == DType::Undefined)
        gated.graph.value(answers).type.dtype = DType::Float32;
    gated.graph.removeDeadNodes();
    return gated;
}

GateGradients::GateGradients(const Graph& graph, const DependencyGraph& dependencies, ValueId answers)
    : GateGradients(gate(graph, dependencies, answers), dependencies)
{}

GateGradients::GateGradients(Gated gated, const DependencyGraph& dependencies)
    : m_batch(gated.batch),
      m_rows(gated.rows),
      m_gates(std::move(gated.gates)),
      m_module(gated.graph)
{
    for (const PruningGroup& group : dependencies.groups)
        m_channels.push_back(static_cast<std::size_t>(group.channels));
}

std::vector<GateRows> GateGradients::run(const Tensor& inputs, const Tensor& atAnswers)
{
    std::vector<GateRows> result;
    for (const std::size_t channels : m_channels)
        result.push_back({m_rows, std::vector<double>(m_rows * channels, 0)});
    std::map<std::string, Tensor> byName;
    for (auto& [name, gradient] : m_module.gradients({inputs}, atAnswers))
        byName.emplace(name, std::move(gradient));
    for (const Gate& gate : m_gates) {
        const auto found = byName.find(gate.name);
        if (found == byName.end()) // no answer depends on it
            continue;
        const std::vector<float> gradients = toFloats(found->second);
        const std::size_t channels = m_channels[gate.group];
        for (std::size_t row = 0; row < m_rows; ++row)
            for (std::size_t c = 0; c < channels; ++c)
                for (const std::int64_t position : gate.positions[c])
                    if (const float value = gradients[row * gate.extent + static_cast<std::size_t>(position)]; std::isfinite(value))
                        result[gate.group].gradients[row * channels + c] += static_cast<double>(value);
    }
    return result;
}

} // namespace hone
