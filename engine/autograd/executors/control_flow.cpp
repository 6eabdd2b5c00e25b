// SPDX-License-Identifier: GPL-3.0-or-later
// If, Loop and Scan: nodes with graphs of their own, which see the values around them.
#include "autograd/executors/support.h"
#include "autograd/graph_runner.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>
#include <memory>

namespace hone
{

namespace
{

using Tensors = std::vector<at::Tensor>;

// A sub-graph that an attribute holds.
class Body
{
public:
    Body(const NodeSpec& spec, const std::string& attribute) : m_runner(std::make_shared<GraphRunner>(graphIn(spec, attribute))) {}

    Tensors run(const Tensors& inputs, NodeRun& around) const
    {
        return m_runner->run(inputs, m_runner->graph().outputs, {around.mode(), around.generator(), &around});
    }
    std::size_t inputCount() const { return m_runner->graph().inputs.size(); }
    std::size_t outputCount() const { return m_runner->graph().outputs.size(); }

private:
    static Graph graphIn(const NodeSpec& spec, const std::string& attribute)
    {
        const auto found = spec.node.attributes.find(attribute);
        const auto* graph = found == spec.node.attributes.end() ? nullptr : std::get_if<std::shared_ptr<const Graph>>(&found->second);
        if (!graph || !*graph)
            throw NodeUnsupported{attribute};
        Graph body = **graph;
        body.opsets = spec.graph.opsets;
        return body;
    }

    std::shared_ptr<GraphRunner> m_runner;
};

// The body's own unsupported operators, named with the node that holds it.
Body bodyOf(const NodeSpec& spec, const std::string& attribute)
{
    try {
        return {spec, attribute};
    } catch (const Error& error) {
        if (error.code() != MessageCode::OperatorsUnsupported)
            throw;
        throw NodeUnsupported{error.message().arguments.at("operators")};
    }
}

Executor makeIf(const NodeSpec& spec)
{
    return [yes = bodyOf(spec, "then_branch"), no = bodyOf(spec, "else_branch")](NodeRun& run) {
        const auto outputs = (run.input(0).flatten()[0].item<bool>() ? yes : no).run({}, run);
        for (std::size_t i = 0; i < outputs.size(); ++i)
            run.setOutput(i, outputs[i]);
    };
}

// One tensor a round to one tensor with a new axis.
at::Tensor stacked(const Tensors& rounds, std::int64_t axis)
{
    return rounds.empty() ? at::empty({0}) : at::stack(rounds, axis);
}

// Body: (round, condition, carried...) -> (condition, carried..., one slice of each collected output...).
Executor makeLoop(const NodeSpec& spec)
{
    return [body = bodyOf(spec, "body")](NodeRun& run) {
        const std::size_t carriedCount = body.inputCount() - 2;
        const std::int64_t most = run.hasInput(0) ? integersIn(run.input(0)).at(0) : std::numeric_limits<std::int64_t>::max();
        bool goesOn = !run.hasInput(1) || run.input(1).flatten()[0].item<bool>();
        Tensors carried;
        for (std::size_t i = 0; i < carriedCount; ++i)
            carried.push_back(run.input(2 + i));
        std::vector<Tensors> collected(body.outputCount() - 1 - carriedCount);
        for (std::int64_t round = 0; round < most && goesOn; ++round) {
            Tensors inputs{at::scalar_tensor(round, at::kLong), at::scalar_tensor(goesOn, at::kBool)};
            inputs.insert(inputs.end(), carried.begin(), carried.end());
            const Tensors outputs = body.run(inputs, run);
            goesOn = outputs[0].flatten()[0].item<bool>();
            carried.assign(outputs.begin() + 1, outputs.begin() + 1 + static_cast<std::ptrdiff_t>(carriedCount));
            for (std::size_t i = 0; i < collected.size(); ++i)
                collected[i].push_back(outputs[1 + carriedCount + i]);
        }
        for (std::size_t i = 0; i < carriedCount; ++i)
            run.setOutput(i, carried[i]);
        for (std::size_t i = 0; i < collected.size(); ++i)
            run.setOutput(carriedCount + i, stacked(collected[i], 0));
    };
}

struct ScanSettings
{
    std::size_t scanned; // inputs that are gone through slice by slice
    std::vector<std::int64_t> inputAxes, inputDirections, outputAxes, outputDirections;

    static std::int64_t entry(const std::vector<std::int64_t>& list, std::size_t i) { return i < list.size() ? list[i] : 0; }
};

ScanSettings scanSettings(const Node& node)
{
    const auto directions =
        node.hasAttribute("directions") ? node.intsAttribute("directions") : node.intsAttribute("scan_input_directions");
    return {static_cast<std::size_t>(node.intAttribute("num_scan_inputs", 1)), node.intsAttribute("scan_input_axes"), directions,
            node.intsAttribute("scan_output_axes"), node.intsAttribute("scan_output_directions")};
}

// Body: (states..., slices...) -> (states..., slices of the outputs...). Gives the last states and the outputs.
Tensors scan(const Body& body, const ScanSettings& settings, const Tensors& inputs, NodeRun& run)
{
    const std::size_t states = inputs.size() - settings.scanned;
    Tensors state(inputs.begin(), inputs.begin() + static_cast<std::ptrdiff_t>(states));
    const auto axisOf = [&](std::size_t i) { return axisFromStart(ScanSettings::entry(settings.inputAxes, i), inputs[states + i].dim()); };
    const std::int64_t rounds = inputs[states].size(axisOf(0));
    std::vector<Tensors> collected(body.outputCount() - states);
    for (std::int64_t round = 0; round < rounds; ++round) {
        Tensors fed = state;
        for (std::size_t i = 0; i < settings.scanned; ++i) {
            const bool backwards = ScanSettings::entry(settings.inputDirections, i) != 0;
            fed.push_back(inputs[states + i].select(axisOf(i), backwards ? rounds - 1 - round : round));
        }
        const Tensors outputs = body.run(fed, run);
        state.assign(outputs.begin(), outputs.begin() + static_cast<std::ptrdiff_t>(states));
        for (std::size_t i = 0; i < collected.size(); ++i)
            collected[i].push_back(outputs[states + i]);
    }
    for (std::size_t i = 0; i < collected.size(); ++i) {
        if (ScanSettings::entry(settings.outputDirections, i) != 0)
            std::reverse(collected[i].begin(), collected[i].end());
        state.push_back(stacked(collected[i], ScanSettings::entry(settings.outputAxes, i)));
    }
    return state;
}

Executor makeScan(const NodeSpec& spec)
{
    return [body = bodyOf(spec, "body"), settings = scanSettings(spec.node)](NodeRun& run) {
        Tensors inputs;
        for (std::size_t i = 0; i < run.inputCount(); ++i)
            inputs.push_back(run.input(i));
        const Tensors outputs = scan(body, settings, inputs, run);
        for (std::size_t i = 0; i < outputs.size(); ++i)
            run.setOutput(i, outputs[i]);
    };
}

// Opset 8: everything has a batch axis in front, and the first input may give lengths.
Executor makeBatchedScan(const NodeSpec& spec)
{
    if (spec.node.input(0).valid())
        throw NodeUnsupported{"sequence_lens"};
    return [body = bodyOf(spec, "body"), settings = scanSettings(spec.node)](NodeRun& run) {
        std::vector<Tensors> byOutput(body.outputCount());
        for (std::int64_t batch = 0; batch < run.input(1).size(0); ++batch) {
            Tensors inputs;
            for (std::size_t i = 1; i < run.inputCount(); ++i)
                inputs.push_back(run.input(i).select(0, batch));
            const Tensors outputs = scan(body, settings, inputs, run);
            for (std::size_t i = 0; i < outputs.size(); ++i)
                byOutput[i].push_back(outputs[i]);
        }
        for (std::size_t i = 0; i < byOutput.size(); ++i)
            run.setOutput(i, stacked(byOutput[i], 0));
    };
}

} // namespace

void registerControlFlow(ExecutorRegistry& registry)
{
    registry.add("If", 1, makeIf);
    registry.add("Loop", 1, makeLoop);
    registry.add("Scan", 8, makeBatchedScan);
    registry.add("Scan", 9, makeScan);
}

} // namespace hone
