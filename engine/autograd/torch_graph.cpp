// SPDX-License-Identifier: GPL-3.0-or-later
#include "autograd/torch_graph.h"

#include "autograd/graph_runner.h"
#include "autograd/quantized_weight.h"
#include "graph/fake_quantize.h"
#include "graph/own_vectors.h"

#include <algorithm>

namespace hone
{

namespace
{

bool isConvolutionWeight(const Graph& graph, ValueId id)
{
    return std::any_of(graph.order().begin(), graph.order().end(), [&](NodeId nodeId) {
        const Node& node = graph.node(nodeId);
        const bool convolves = node.opType == "Conv" || node.opType == "ConvTranspose";
        return (convolves && node.input(1) == id) ||
               (isFakeQuantize(node) && node.input(0) == id && isConvolutionWeight(graph, node.outputs.at(0)));
    });
}

at::Tensor channelsLast(const at::Tensor& tensor)
{
    return tensor.dim() == 4 && tensor.is_floating_point() ? tensor.contiguous(at::MemoryFormat::ChannelsLast) : tensor;
}

bool isFinite(const at::Tensor& tensor)
{
    return !tensor.defined() || !tensor.is_floating_point() || at::isfinite(tensor).all().item<bool>();
}

} // namespace

struct TorchGraph::State
{
    explicit State(const Graph& graph) : runner(withOwnVectors(graph)) { takeParameters(); }

    GraphRunner runner;
    std::vector<TorchGraph::Parameter> parameters;
    std::vector<TorchGraph::Parameter> statistics;
    Precision precision = Precision::Float32;
    at::Generator generator = at::detail::createCPUGenerator();
    at::Device device = at::kCPU;

    std::vector<at::Tensor> run(const std::vector<at::Tensor>& inputs, const std::vector<ValueId>& wanted, const RunSettings& settings);
    std::optional<BadValue> badInitializer() const;

private:
    void takeParameters();
};

void TorchGraph::State::takeParameters()
{
    const Graph& graph = runner.graph();
    for (const auto& [id, role] : findParameters(graph)) {
        const Value& value = graph.value(id);
        const auto dequantizer = dequantizerOf(graph, id);
        at::Tensor own =
            dequantizer ? QuantizedWeight(graph, graph.node(*dequantizer)).realNumbers() : toTorch(value.constant, Memory::Own);
        if (isConvolutionWeight(graph, id))
            own = channelsLast(own);
        if (role == ParameterRole::Statistic) {
            statistics.push_back({id, value.name, role});
        } else {
            own.requires_grad_(true);
            parameters.push_back({id, value.name, role});
        }
        runner.constant(id) = own;
    }
}

std::vector<at::Tensor> TorchGraph::State::run(const std::vector<at::Tensor>& inputs, const std::vector<ValueId>& wanted,
                                               const RunSettings& settings)
{
    std::vector<at::Tensor> laidOut;
    for (const at::Tensor& input : inputs)
        laidOut.push_back(channelsLast(device.is_cpu() ? input : input.to(device)));
    const ProductPrecision products(settings.precision);
    return runner.run(laidOut, wanted, settings);
}

std::optional<BadValue> TorchGraph::State::badInitializer() const
{
    const Graph& graph = runner.graph();
    const auto& order = graph.order();
    for (auto id = order.rbegin(); id != order.rend(); ++id)
        for (const ValueId input : graph.node(*id).inputs)
            if (graph.isConstant(input) && !isFinite(runner.constant(input)))
                return BadValue{graph.value(input).name, graph.node(*id).name};
    return std::nullopt;
}

TorchGraph::TorchGraph(const Graph& graph) : m_state(std::make_unique<State>(graph)) {}

TorchGraph::~TorchGraph() = default;

const Graph& TorchGraph::source() const
{
    return m_state->runner.graph();
}

const std::vector<TorchGraph::Parameter>& TorchGraph::parameters() const
{
    return m_state->parameters;
}

const std::vector<TorchGraph::Parameter>& TorchGraph::statistics() const
{
    return m_state->statistics;
}

at::Tensor& TorchGraph::tensor(const Parameter& parameter)
{
    return m_state->runner.constant(parameter.value);
}

void TorchGraph::freeze(const std::vector<NodeId>& nodes)
{
    for (const NodeId node : nodes) {
        m_state->runner.freeze(node);
        for (const ValueId id : parametersOf(source(), node))
            m_state->runner.constant(id).requires_grad_(false);
    }
}

void TorchGraph::freezeNormalization()
{
    for (const NodeId id : source().order())
        if (source().node(id).opType == "BatchNormalization" || isRoundBias(source().node(id)))
            m_state->runner.freeze(id);
}

bool TorchGraph::isFrozen(const Parameter& parameter) const
{
    return !m_state->runner.constant(parameter.value).requires_grad();
}

void TorchGraph::seed(std::uint64_t seed)
{
    m_state->generator.set_current_seed(seed);
}

Tensor TorchGraph::randomState() const
{
    return fromTorch(m_state->generator.get_state());
}

void TorchGraph::setRandomState(const Tensor& state)
{
    m_state->generator.set_state(toTorch(state, Memory::Own));
}

void TorchGraph::setPrecision(Precision precision)
{
    m_state->precision = precision;
}

void TorchGraph::moveToCuda()
{
    m_state->device = at::kCUDA;
    m_state->generator = at::globalContext().defaultGenerator(at::Device(at::kCUDA, 0));
    const Graph& graph = source();
    for (std::uint32_t i = 0; i < graph.valueCount(); ++i) {
        at::Tensor& constant = m_state->runner.constant(ValueId{i});
        if (constant.defined() && constant.is_floating_point())
            constant = constant.detach().to(m_state->device).requires_grad_(constant.requires_grad());
    }
}

std::vector<at::Tensor> TorchGraph::run(const std::vector<at::Tensor>& inputs, const std::vector<ValueId>& wanted, Mode mode)
{
    return m_state->run(inputs, wanted, {mode, m_state->generator, nullptr, m_state->precision, {}});
}

std::optional<BadValue> TorchGraph::firstBadValue(const std::vector<at::Tensor>& inputs, const std::vector<ValueId>& wanted, Mode mode)
{
    const at::NoGradGuard noGradients;
    if (inputs.empty())
        return m_state->badInitializer();
    auto bad = m_state->badInitializer();
    const auto look = [&](const Node& node, const std::vector<at::Tensor>& values) {
        for (const ValueId id : node.outputs)
            if (!bad && id.valid() && !isFinite(values[id.index]))
                bad = BadValue{source().value(id).name, node.name};
    };
    if (!bad)
        m_state->run(inputs, wanted, {mode, m_state->generator, nullptr, m_state->precision, look});
    return bad;
}

Graph TorchGraph::graph() const
{
    Graph graph = source();
    const auto takeBack = [&](ValueId id) {
        const at::Tensor now = m_state->runner.constant(id).cpu();
        const auto dequantizer = dequantizerOf(graph, id);
        Tensor& constant = graph.value(id).constant;
        constant = dequantizer ? QuantizedWeight(graph, graph.node(*dequantizer)).nearest(now) : fromTorch(now, constant.dtype());
    };
    for (const auto& parameter : m_state->parameters)
        takeBack(parameter.value);
    for (const auto& statistic : m_state->statistics)
        takeBack(statistic.value);
    return graph;
}

} // namespace hone
