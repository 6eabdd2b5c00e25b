// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/surgery_proof.h"

#include "core/error.h"
#include "core/random.h"
#include "onnx_io/onnx_io.h"
#include "prune/channel_removal.h"
#include "prune/tensor_slicing.h"
#include "runtime/session.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace hone
{
namespace
{

constexpr std::uint64_t proofSeed = 20170;

void mask(Graph& graph, const Reading& reading, const std::vector<std::int64_t>& removed)
{
    const ValueId value = graph.node(reading.node).inputs[reading.input];
    if (graph.isConstant(value)) {
        const ValueId copy = graph.addConstant(graph.value(value).name,
                                               withZeros(graph.value(value).constant, reading.axis, removed));
        graph.node(reading.node).inputs[reading.input] = copy;
        return;
    }
    Dimensions shape(static_cast<std::size_t>(reading.rank - reading.axis), 1); // [channels, 1, ...] broadcasts from the right
    shape[0] = reading.extent;
    Tensor ones(DType::Float32, shape);
    std::ranges::fill(ones.mutableData<float>(), 1.0F);
    for (const std::int64_t position : removed)
        ones.mutableData<float>()[static_cast<std::size_t>(position)] = 0;
    const ValueId factor = graph.addConstant("hone_mask", std::move(ones));
    const ValueId masked = graph.addComputed("hone_masked");
    Node node;
    node.name = graph.uniqueName("hone_mask");
    node.opType = "Mul";
    node.inputs = {value, factor};
    node.outputs = {masked};
    graph.insertNodeBefore(reading.node, std::move(node));
    graph.node(reading.node).inputs[reading.input] = masked;
}

// A saturated Softmax hides differences: what it reads is compared too.
void showScores(Graph& graph)
{
    const GraphUses uses(graph);
    for (const ValueId output : std::vector<ValueId>(graph.outputs)) {
        const NodeId producer = uses.producer(output);
        if (!producer.valid())
            continue;
        const Node& node = graph.node(producer);
        const bool hides = node.opType == "Softmax" || node.opType == "LogSoftmax" || node.opType == "Sigmoid" ||
                           node.opType == "ArgMax" || node.opType == "HardSigmoid";
        const ValueId scores = node.input(0);
        if (!hides || !scores.valid() || graph.isConstant(scores) ||
            std::ranges::find(graph.inputs, scores) != graph.inputs.end() ||
            std::ranges::find(graph.outputs, scores) != graph.outputs.end())
            continue;
        graph.value(scores).type.dtype = DType::Float32;
        graph.outputs.push_back(scores);
    }
}

Tensor randomInput(DType dtype, const Dimensions& shape, Random& random)
{
    Tensor tensor(dtype, shape);
    switch (dtype) {
    case DType::Float32:
        for (float& value : tensor.mutableData<float>())
            value = static_cast<float>(random.normal());
        break;
    case DType::Float64:
        for (double& value : tensor.mutableData<double>())
            value = random.normal();
        break;
    case DType::UInt8:
        for (std::uint8_t& value : tensor.mutableData<std::uint8_t>())
            value = static_cast<std::uint8_t>(random.below(256));
        break;
    case DType::Int64: // indices of something: zero and one are likely to exist
        for (std::int64_t& value : tensor.mutableData<std::int64_t>())
            value = static_cast<std::int64_t>(random.below(2));
        break;
    case DType::Int32:
        for (std::int32_t& value : tensor.mutableData<std::int32_t>())
            value = static_cast<std::int32_t>(random.below(2));
        break;
    default: // zeros
        break;
    }
    return tensor;
}

// Free first extents are a batch of two; others are tried.
std::vector<Tensor> randomInputs(const Session& session, std::int64_t batch, std::int64_t freeExtent)
{
    Random random(proofSeed);
    std::vector<Tensor> inputs;
    for (const Port& port : session.inputs()) {
        Dimensions shape = withFreeAs(port.shape, freeExtent);
        if (!shape.empty() && !port.shape[0].isFixed())
            shape[0] = batch;
        inputs.push_back(randomInput(port.dtype, shape, random));
    }
    return inputs;
}

struct ProofRun
{
    std::vector<Tensor> inputs;
    std::vector<Tensor> outputs;
};

ProofRun runSomehow(Session& session, const JobContext& job)
{
    std::optional<Error> first;
    for (const std::int64_t freeExtent : {32, 64, 224, 8, 1})
        for (const std::int64_t batch : {2, 1}) {
            job.checkStop();
            try {
                ProofRun run{randomInputs(session, batch, freeExtent), {}};
                run.outputs = session.run(run.inputs);
                return run;
            } catch (const Error& error) {
                if (!first)
                    first = error;
            }
        }
    throw *first;
}

} // namespace

Graph maskChannels(const Graph& graph, const DependencyGraph& dependencies, const KeptChannels& kept)
{
    const RemovedChannels removed(dependencies, kept);
    Graph masked = graph;
    for (std::size_t g = 0; g < dependencies.groups.size(); ++g)
        for (const Reading& reading : dependencies.groups[g].readings)
            if (const auto positions = removed.positions(g, reading.positions); !positions.empty())
                mask(masked, reading, positions);
    return masked;
}

double surgeryDifference(const Graph& masked, const Graph& pruned, const JobContext& job)
{
    Graph before = masked;
    Graph after = pruned;
    showScores(before);
    showScores(after);
    Session original = Session::fromBytes(serializeOnnx(before), {}, "the masked original");
    Session smaller = Session::fromBytes(serializeOnnx(after), {}, "the pruned model");
    const ProofRun run = runSomehow(original, job);
    const std::vector<Tensor> outputs = smaller.run(run.inputs);
    double worst = outputs.size() == run.outputs.size() ? 0 : std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < outputs.size() && i < run.outputs.size(); ++i) {
        const Tensor& expected = run.outputs[i];
        if (expected.shape() != outputs[i].shape())
            return std::numeric_limits<double>::infinity();
        if (!isFloatingPoint(expected.dtype()))
            continue;
        const std::vector<float> a = toFloats(expected);
        const std::vector<float> b = toFloats(outputs[i]);
        double largest = 0;
        double difference = 0;
        for (std::size_t k = 0; k < a.size(); ++k) {
            if (std::isfinite(a[k]) != std::isfinite(b[k]))
                return std::numeric_limits<double>::infinity();
            if (!std::isfinite(a[k]))
                continue;
            largest = std::max(largest, std::abs(static_cast<double>(a[k])));
            difference = std::max(difference, std::abs(static_cast<double>(a[k]) - static_cast<double>(b[k])));
        }
        if (difference > 0)
            worst = std::max(worst, difference / std::max(largest, 1e-30));
    }
    return worst;
}

} // namespace hone
