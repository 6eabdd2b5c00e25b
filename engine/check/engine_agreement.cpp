// SPDX-License-Identifier: GPL-3.0-or-later
#include "check/engine_agreement.h"

#include "autograd/graph_module.h"
#include "runtime/memory_estimate.h"

#include <algorithm>
#include <cmath>

namespace hone
{
namespace
{

constexpr std::uint64_t inputSeed = 7;

bool anyNumber(const MadeUpRun& run)
{
    return std::ranges::any_of(run.outputs, [](const Tensor& output) { return differenceOf(output, output).anyNumber; });
}

// Exporters hand its training mode over as a constant that says no, or its ratio as one that is 0.
bool mayDrop(const Graph& graph, const Node& dropout)
{
    const auto isZero = [&](ValueId value) {
        const auto numbers = toFloats(graph.value(value).constant);
        return numbers.size() == 1 && numbers[0] == 0;
    };
    const auto ratio = dropout.input(1);
    const auto mode = dropout.input(2);
    return mode.valid() && !(graph.isConstant(mode) && isZero(mode)) && !(ratio.valid() && graph.isConstant(ratio) && isZero(ratio));
}

} // namespace

MadeUpRun runInOnnxRuntime(const std::filesystem::path& model, const Graph& graph, const JobContext& job)
{
    const MemoryLimit limit(graph);
    MadeUpOptions options{.kind = InputKind::Normal, .seed = inputSeed, .bounds = indexBounds(graph)};
    options.accepts = [&](const std::vector<Dimensions>& shapes) { return limit.allows(shapes); };
    Session session(model, {.threads = 0, .optimization = Optimization::None, .profilePrefix = {}});
    const auto runOnce = [&] {
        try {
            return runOnMadeUpInputs(session, options, job);
        } catch (const Error& error) {
            if (error.code() != MessageCode::ModelInputUnsupported || limit.refusedBytes() == 0)
                throw;
            throw Error(
                MessageCode::ModelTooLarge,
                {{"path", model.string()}, {"detail", "one run of it takes " + std::to_string(limit.refusedBytes() >> 20) + " MiB"}});
        }
    };
    auto run = runOnce();
    if (!anyNumber(run)) { // a logarithm or a root of something negative
        options.kind = InputKind::Uniform;
        run = runOnce();
    }
    return run;
}

Agreement compareEngines(const Graph& graph, const MadeUpRun& reference)
{
    GraphModule module(graph);
    const auto outputs = module.forward(reference.inputs);
    Agreement agreement;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const double difference = differenceOf(reference.outputs.at(i), outputs[i]).relative;
        if (difference >= agreement.maxRelativeDifference) {
            agreement.maxRelativeDifference = difference;
            agreement.worstOutput = graph.value(graph.outputs[i]).name;
        }
    }
    return agreement;
}

bool drawsAtRandom(const Graph& graph)
{
    return std::ranges::any_of(graph.order(), [&](NodeId id) {
        const auto& node = graph.node(id);
        const auto& op = node.opType;
        return op.starts_with("Random") || op == "Bernoulli" || op == "Multinomial" || (op == "Dropout" && mayDrop(graph, node));
    });
}

double allowedDifference(const Graph& graph)
{
    constexpr double floats = 1e-4, halves = 1e-2, steps = 5e-2;
    double allowed = floats;
    for (std::uint32_t i = 0; i < graph.valueCount(); ++i) {
        const auto dtype = graph.value(ValueId{i}).type.dtype;
        if (dtype == DType::Float16 || dtype == DType::BFloat16)
            allowed = std::max(allowed, halves);
    }
    for (const auto id : graph.order())
        if (graph.node(id).opType.find("QuantizeLinear") != std::string::npos || graph.node(id).opType.starts_with("QLinear"))
            allowed = std::max(allowed, steps);
    return allowed;
}

Gradients goBackward(const Graph& graph, const MadeUpRun& reference)
{
    Gradients result;
    if (reference.outputs.empty() || !isFloatingPoint(reference.outputs[0].dtype()))
        return result;
    GraphModule module(graph);
    Random random(inputSeed, 1); // what a loss hands back; of a Softmax' plain sum there is nothing to learn
    const auto& output = reference.outputs[0];
    const auto cotangent = madeUpInput(output.dtype(), output.shape(), InputKind::Normal, random);
    for (const auto& [name, gradient] : module.gradients(reference.inputs, cotangent)) {
        const auto values = toFloats(gradient);
        if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); }))
            result.notFinite.push_back(name);
        result.any = result.any || std::ranges::any_of(values, [](float value) { return value != 0; });
    }
    return result;
}

} // namespace hone
