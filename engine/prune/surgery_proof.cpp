// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/surgery_proof.h"

#include "core/error.h"
#include "core/random.h"
#include "onnx_io/onnx_io.h"
#include "prune/channel_removal.h"
#include "prune/channel_walk.h"
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

bool hidesDifferences(const std::string& op)
{
    return op == "Softmax" || op == "LogSoftmax" || op == "Sigmoid" || op == "HardSigmoid" || op == "ArgMax";
}

// A saturated Softmax hides differences: what it reads is compared too.
void showScores(Graph& graph)
{
    const GraphUses uses(graph);
    const InferredTypes types = inferWithBatch(graph);
    for (const ValueId output : std::vector<ValueId>(graph.outputs)) {
        const NodeId producer = uses.producer(output);
        if (!producer.valid() || !hidesDifferences(graph.node(producer).opType))
            continue;
        const ValueId scores = graph.node(producer).input(0);
        if (!scores.valid() || !uses.producer(scores).valid() || uses.isGraphOutput(scores) ||
            !isFloatingPoint(types.type(scores).dtype))
            continue;
        graph.value(scores).type.dtype = types.type(scores).dtype;
        graph.outputs.push_back(scores);
    }
}

enum class InputKind
{
    Normal,
    WideNormal,
    Uniform
};

double randomNumber(InputKind kind, Random& random)
{
    if (kind == InputKind::Uniform)
        return random.uniform();
    return kind == InputKind::Normal ? random.normal() : 32 * random.normal();
}

Tensor randomInput(DType dtype, const Dimensions& shape, InputKind kind, Random& random)
{
    Tensor tensor(dtype, shape);
    switch (dtype) {
    case DType::Float32:
        for (float& value : tensor.mutableData<float>())
            value = static_cast<float>(randomNumber(kind, random));
        break;
    case DType::Float64:
        for (double& value : tensor.mutableData<double>())
            value = randomNumber(kind, random);
        break;
    case DType::Float16: // from an eighth to a half
        for (std::byte& value : tensor.mutableBytes())
            value = static_cast<std::byte>(0x30 + random.below(8));
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

// Shapes to try: free first extents are a batch, other free ones a size that many models take.
std::vector<std::vector<Dimensions>> shapesToTry(const Session& session)
{
    std::vector<std::vector<Dimensions>> tries;
    for (const std::int64_t freeExtent : {32, 64, 224, 8, 1})
        for (const std::int64_t batch : {2, 1}) {
            std::vector<Dimensions> shapes;
            for (const Port& port : session.inputs()) {
                shapes.push_back(withFreeAs(port.shape, freeExtent));
                if (!port.shape.empty() && !port.shape[0].isFixed())
                    shapes.back()[0] = batch;
            }
            if (std::ranges::find(tries, shapes) == tries.end())
                tries.push_back(std::move(shapes));
        }
    return tries;
}

std::vector<Tensor> randomInputs(const Session& session, const std::vector<Dimensions>& shapes, InputKind kind)
{
    Random random(proofSeed, static_cast<std::uint64_t>(kind));
    std::vector<Tensor> inputs;
    for (std::size_t i = 0; i < shapes.size(); ++i)
        inputs.push_back(randomInput(session.inputs()[i].dtype, shapes[i], kind, random));
    return inputs;
}

struct ProofRun
{
    std::vector<Tensor> inputs;
    std::vector<Tensor> outputs;
};

ProofRun runSomehow(Session& session, InputKind kind, const JobContext& job)
{
    std::optional<Error> first;
    for (const auto& shapes : shapesToTry(session)) {
        job.checkStop();
        try {
            ProofRun run{randomInputs(session, shapes, kind), {}};
            run.outputs = session.run(run.inputs);
            return run;
        } catch (const Error& error) {
            if (!first)
                first = error;
        }
    }
    throw *first;
}

struct Comparison
{
    double worst = 0;
    bool anyNumber = false;
};

void compare(const Tensor& expected, const Tensor& actual, Comparison& comparison)
{
    constexpr double never = std::numeric_limits<double>::infinity();
    if (expected.shape() != actual.shape()) {
        comparison.worst = never;
        return;
    }
    if (!isFloatingPoint(expected.dtype()))
        return;
    const std::vector<float> a = toFloats(expected);
    const std::vector<float> b = toFloats(actual);
    double largest = 0;
    double difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (std::isfinite(a[i]) != std::isfinite(b[i]))
            difference = never;
        if (!std::isfinite(a[i]) || !std::isfinite(b[i]))
            continue;
        comparison.anyNumber = true;
        largest = std::max(largest, std::abs(static_cast<double>(a[i])));
        difference = std::max(difference, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
    }
    if (difference > 0)
        comparison.worst = std::max(comparison.worst, difference / std::max(largest, 1e-30));
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
    if (before.outputs.size() != after.outputs.size())
        return std::numeric_limits<double>::infinity();
    Session original = Session::fromBytes(serializeOnnx(before), {}, "the masked original");
    Session smaller = Session::fromBytes(serializeOnnx(after), {}, "the pruned model");
    Comparison comparison;
    bool anyFloats = false;
    for (const InputKind kind : {InputKind::Normal, InputKind::WideNormal, InputKind::Uniform}) {
        const ProofRun run = runSomehow(original, kind, job);
        const std::vector<Tensor> outputs = smaller.run(run.inputs);
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            compare(run.outputs.at(i), outputs[i], comparison);
            anyFloats = anyFloats || isFloatingPoint(outputs[i].dtype());
        }
    }
    return anyFloats && !comparison.anyNumber ? std::numeric_limits<double>::infinity() : comparison.worst;
}

} // namespace hone
