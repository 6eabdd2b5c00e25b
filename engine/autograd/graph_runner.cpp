// SPDX-License-Identifier: GPL-3.0-or-later
#include "autograd/graph_runner.h"

#include "autograd/torch_tensor.h"

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

struct Place
{
    const Graph& graph;
    const Node& node;
    const PlannedStep& step;
};

class StepRun final : public NodeRun
{
public:
    StepRun(const Place& place, std::vector<at::Tensor>& slots, const RunSettings& settings, Mode mode)
        : m_graph(place.graph),
          m_node(place.node),
          m_step(place.step),
          m_slots(slots),
          m_settings(settings),
          m_mode(mode)
    {}

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
    const at::Tensor& captured(const std::string& name) const override
    {
        const auto id = m_graph.findValue(name);
        if (id && m_slots[id->index].defined())
            return m_slots[id->index];
        if (!m_settings.around)
            throwMismatch(m_node.name, "'" + name + "' is missing");
        return m_settings.around->captured(name);
    }
    Mode mode() const override { return m_mode; }
    at::Generator& generator() override { return m_settings.generator; }

private:
    const Graph& m_graph;
    const Node& m_node;
    const PlannedStep& m_step;
    std::vector<at::Tensor>& m_slots;
    const RunSettings& m_settings;
    Mode m_mode;
};

void widenInputs(const Node& node, std::vector<at::Tensor>& slots)
{
    for (const ValueId id : node.inputs)
        if (id.valid() && slots[id.index].defined() && slots[id.index].scalar_type() == at::kBFloat16)
            slots[id.index] = slots[id.index].to(at::kFloat);
}

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
            unsupported.insert(qualifiedName(node.domain, node.opType) + (reason.why.empty() ? "" : " (" + reason.why + ")"));
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

GraphRunner::GraphRunner(const Graph& graph) : m_graph(graph), m_executors(makeExecutors(m_graph))
{
    m_frozen.assign(m_graph.order().size(), false);
    for (const NodeId id : m_graph.order())
        m_readsBf16.push_back(readsBf16(m_graph.node(id)));
    takeConstants();
    findCaptures();
}

void GraphRunner::takeConstants()
{
    m_constants.resize(m_graph.valueCount());
    for (std::uint32_t i = 0; i < m_graph.valueCount(); ++i) {
        const Tensor& constant = m_graph.value(ValueId{i}).constant;
        if (!constant.isNull() && constant.dtype() != DType::String)
            m_constants[i] = toTorch(constant, Memory::Borrow);
    }
}

void GraphRunner::findCaptures()
{
    std::set<ValueId> made(m_graph.inputs.begin(), m_graph.inputs.end());
    std::set<ValueId> read(m_graph.outputs.begin(), m_graph.outputs.end());
    for (const NodeId id : m_graph.order()) {
        const Node& node = m_graph.node(id);
        made.insert(node.outputs.begin(), node.outputs.end());
        read.insert(node.inputs.begin(), node.inputs.end());
    }
    for (const ValueId id : read)
        if (id.valid() && !made.contains(id) && !m_graph.isConstant(id))
            m_captures.push_back(id);
}

void GraphRunner::freeze(NodeId node)
{
    const auto place = std::ranges::find(m_graph.order(), node);
    if (place != m_graph.order().end())
        m_frozen[static_cast<std::size_t>(place - m_graph.order().begin())] = true;
}

void GraphRunner::runStep(const PlannedStep& step, std::vector<at::Tensor>& slots, const RunSettings& settings)
{
    const Node& node = m_graph.node(m_graph.order()[step.position]);
    if (settings.precision == Precision::Bf16 && !m_readsBf16[step.position])
        widenInputs(node, slots);
    StepRun run({m_graph, node, step}, slots, settings, m_frozen[step.position] ? Mode::Inference : settings.mode);
    try {
        m_executors[step.position](run);
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
    if (settings.observe)
        settings.observe(node, slots);
    for (const ValueId id : step.lastReads)
        slots[id.index].reset();
}

std::vector<at::Tensor> GraphRunner::run(const std::vector<at::Tensor>& inputs, const std::vector<ValueId>& wanted,
                                         const RunSettings& settings)
{
    if (inputs.size() != m_graph.inputs.size())
        throwMismatch(m_graph.name, std::to_string(inputs.size()) + " inputs for " + std::to_string(m_graph.inputs.size()));
    if (!m_plan || m_plan->wanted != wanted)
        m_plan = planExecution(m_graph, wanted);

    std::vector<at::Tensor> slots = m_constants;
    for (std::size_t i = 0; i < inputs.size(); ++i)
        slots[m_graph.inputs[i].index] = inputs[i];
    if (settings.around)
        for (const ValueId id : m_captures)
            slots[id.index] = settings.around->captured(m_graph.value(id).name);
    for (const PlannedStep& step : m_plan->steps)
        runStep(step, slots, settings);

    std::vector<at::Tensor> results;
    for (const ValueId id : wanted)
        results.push_back(slots[id.index]);
    return results;
}

} // namespace hone
