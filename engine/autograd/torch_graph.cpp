// SPDX-License-Identifier: GPL-3.0-or-later
#include "autograd/torch_graph.h"

#include "autograd/executor.h"
#include "autograd/execution_plan.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <set>
#include <stdexcept>

namespace hone
{

namespace
{

// The part of LibTorch's message that says what is wrong, without the trace behind it.
std::string firstLine(const char* text)
{
    const std::string message = text;
    return message.substr(0, message.find('\n'));
}

[[noreturn]] void throwMismatch(const std::string& node, const std::string& detail)
{
    throw Error(MessageCode::ShapeMismatch, {{"node", node}, {"detail", detail}});
}

bool isConvolutionWeight(const Graph& graph, ValueId id)
{
    return std::any_of(graph.order().begin(), graph.order().end(), [&](NodeId nodeId) {
        const Node& node = graph.node(nodeId);
        return (node.opType == "Conv" || node.opType == "ConvTranspose") && node.input(1) == id;
    });
}

at::Tensor channelsLast(const at::Tensor& tensor)
{
    return tensor.dim() == 4 && tensor.is_floating_point() ? tensor.contiguous(at::MemoryFormat::ChannelsLast) : tensor;
}

class StepRun final : public NodeRun
{
public:
    StepRun(const Node& node, const PlannedStep& step, std::vector<at::Tensor>& slots, Mode mode, at::Generator& generator)
        : m_node(node), m_step(step), m_slots(slots), m_mode(mode), m_generator(generator)
    {
    }

    std::size_t inputCount() const override { return m_node.inputs.size(); }
    std::size_t outputCount() const override { return m_node.outputs.size(); }
    bool hasInput(std::size_t i) const override { return m_node.input(i).valid(); }
    bool hasOutput(std::size_t i) const override
    {
        return i < m_node.outputs.size() && m_node.outputs[i].valid() && m_step.outputIsRead[i];
    }
    const at::Tensor& input(std::size_t i) const override
    {
        const ValueId id = m_node.input(i);
        if (!id.valid() || !m_slots[id.index].defined())
            throwMismatch(m_node.name, "input " + std::to_string(i) + " is missing");
        return m_slots[id.index];
    }
    bool mayOverwrite(std::size_t i) const override { return m_step.mayOverwrite[i]; }
    void setOutput(std::size_t i, at::Tensor tensor) override
    {
        if (i < m_node.outputs.size() && m_node.outputs[i].valid())
            m_slots[m_node.outputs[i].index] = std::move(tensor);
    }
    Mode mode() const override { return m_mode; }
    at::Generator& generator() override { return m_generator; }

private:
    const Node& m_node;
    const PlannedStep& m_step;
    std::vector<at::Tensor>& m_slots;
    Mode m_mode;
    at::Generator& m_generator;
};

std::vector<Executor> makeExecutors(const Graph& graph)
{
    std::vector<Executor> made;
    std::set<std::string> unsupported;
    for (const NodeId id : graph.order()) {
        const Node& node = graph.node(id);
        const auto declared = graph.opsets.find(node.domain);
        const std::int64_t opset = declared == graph.opsets.end() ? 1 : declared->second;
        const auto key = findTrainableOperator(node.domain, node.opType, opset);
        const ExecutorFactory* factory = key ? executors().find(*key) : nullptr;
        try {
            if (!factory)
                throw NodeUnsupported{};
            made.push_back((*factory)({graph, node, opset}));
        } catch (const NodeUnsupported& reason) {
            unsupported.insert(qualifiedName(node.domain, node.opType) +
                               (reason.why.empty() ? "" : " (" + reason.why + ")"));
        }
    }
    if (unsupported.empty())
        return made;
    std::string list;
    for (const auto& entry : unsupported)
        list += (list.empty() ? "" : ", ") + entry;
    throw Error(MessageCode::OperatorsUnsupported, {{"operators", list}, {"open", "info, evaluate, quantize, compare, deploy"}});
}

} // namespace

struct TorchGraph::State
{
    Graph graph;
    std::vector<Executor> executors;  // in the graph's order
    std::vector<bool> frozen;         // likewise
    std::vector<at::Tensor> constants; // by ValueId::index; undefined for values that are computed
    std::vector<TorchGraph::Parameter> parameters;
    std::vector<ValueId> statistics;
    at::Generator generator = at::detail::createCPUGenerator();
    std::optional<ExecutionPlan> plan; // of the values wanted last

    void takeConstants();
    void runStep(const PlannedStep& step, std::vector<at::Tensor>& slots, Mode mode);
};

void TorchGraph::State::takeConstants()
{
    const auto roles = findParameters(graph);
    constants.resize(graph.valueCount());
    for (std::uint32_t i = 0; i < graph.valueCount(); ++i) {
        const ValueId id{i};
        const Value& value = graph.value(id);
        const DType dtype = value.constant.dtype();
        if (value.constant.isNull() || dtype == DType::String)
            continue;
        const auto role = roles.find(id);
        if (role == roles.end()) {
            constants[i] = toTorch(value.constant, Memory::Borrow);
            continue;
        }
        if (dtype != DType::Float32 && dtype != DType::Float64)
            throw Error(MessageCode::NotTrainable, {{"detail", value.name + ": " + std::string(name(dtype))}});
        constants[i] = toTorch(value.constant, Memory::Own);
        if (isConvolutionWeight(graph, id))
            constants[i] = channelsLast(constants[i]);
        if (role->second == ParameterRole::Statistic) {
            statistics.push_back(id);
        } else {
            constants[i].requires_grad_(true);
            parameters.push_back({id, value.name, role->second});
        }
    }
}

void TorchGraph::State::runStep(const PlannedStep& step, std::vector<at::Tensor>& slots, Mode mode)
{
    const Node& node = graph.node(graph.order()[step.position]);
    StepRun run(node, step, slots, frozen[step.position] ? Mode::Inference : mode, generator);
    try {
        executors[step.position](run);
    } catch (const c10::Error& error) {
        throwMismatch(node.name, firstLine(error.what_without_backtrace()));
    } catch (const std::out_of_range&) {
        throwMismatch(node.name, "its lists differ in length");
    } catch (const Error& error) {
        const auto& arguments = error.message().arguments;
        const auto place = arguments.find("node");
        if (place == arguments.end() || !place->second.empty())
            throw;
        throwMismatch(node.name, arguments.at("detail"));
    }
    for (const ValueId id : step.lastReads)
        slots[id.index].reset();
}

TorchGraph::TorchGraph(const Graph& graph) : m_state(std::make_unique<State>())
{
    m_state->graph = graph;
    m_state->executors = makeExecutors(m_state->graph);
    m_state->frozen.assign(graph.order().size(), false);
    m_state->takeConstants();
}

TorchGraph::~TorchGraph() = default;

const Graph& TorchGraph::source() const
{
    return m_state->graph;
}

const std::vector<TorchGraph::Parameter>& TorchGraph::parameters() const
{
    return m_state->parameters;
}

at::Tensor& TorchGraph::tensor(const Parameter& parameter)
{
    return m_state->constants.at(parameter.value.index);
}

void TorchGraph::freeze(const std::vector<NodeId>& nodes)
{
    const auto& order = m_state->graph.order();
    for (const NodeId node : nodes) {
        const auto place = std::find(order.begin(), order.end(), node);
        if (place != order.end())
            m_state->frozen[static_cast<std::size_t>(place - order.begin())] = true;
        for (const ValueId id : parametersOf(m_state->graph, node))
            m_state->constants[id.index].requires_grad_(false);
    }
}

bool TorchGraph::isFrozen(const Parameter& parameter) const
{
    return !m_state->constants.at(parameter.value.index).requires_grad();
}

void TorchGraph::seed(std::uint64_t seed)
{
    m_state->generator.set_current_seed(seed);
}

std::vector<at::Tensor> TorchGraph::run(const std::vector<at::Tensor>& inputs, const std::vector<ValueId>& wanted, Mode mode)
{
    const Graph& graph = m_state->graph;
    if (inputs.size() != graph.inputs.size())
        throwMismatch(graph.name, std::to_string(inputs.size()) + " inputs for " + std::to_string(graph.inputs.size()));
    if (!m_state->plan || m_state->plan->wanted != wanted)
        m_state->plan = planExecution(graph, wanted);

    std::vector<at::Tensor> slots = m_state->constants;
    for (std::size_t i = 0; i < inputs.size(); ++i)
        slots[graph.inputs[i].index] = channelsLast(inputs[i]);
    for (const PlannedStep& step : m_state->plan->steps)
        m_state->runStep(step, slots, mode);

    std::vector<at::Tensor> results;
    for (const ValueId id : wanted)
        results.push_back(slots[id.index]);
    return results;
}

Graph TorchGraph::graph() const
{
    Graph graph = m_state->graph;
    for (const auto& parameter : m_state->parameters)
        graph.value(parameter.value).constant = fromTorch(m_state->constants[parameter.value.index]);
    for (const ValueId id : m_state->statistics)
        graph.value(id).constant = fromTorch(m_state->constants[id.index]);
    return graph;
}

} // namespace hone
