// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/surgery_proof.h"

#include "onnx_io/onnx_io.h"
#include "prune/channel_removal.h"
#include "prune/channel_walk.h"
#include "prune/tensor_slicing.h"
#include "runtime/made_up_inputs.h"

#include <algorithm>
#include <limits>

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

void compare(const Tensor& expected, const Tensor& actual, Difference& worst)
{
    if (!isFloatingPoint(expected.dtype()) && expected.shape() == actual.shape())
        return;
    const Difference found = differenceOf(expected, actual);
    worst.relative = std::max(worst.relative, found.relative);
    worst.anyNumber = worst.anyNumber || found.anyNumber;
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
    Difference worst;
    bool anyFloats = false;
    for (const InputKind kind : {InputKind::Normal, InputKind::WideNormal, InputKind::Uniform}) {
        const MadeUpRun run = runOnMadeUpInputs(original, {.kind = kind, .seed = proofSeed}, job);
        const std::vector<Tensor> outputs = smaller.run(run.inputs);
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            compare(run.outputs.at(i), outputs[i], worst);
            anyFloats = anyFloats || isFloatingPoint(outputs[i].dtype());
        }
    }
    return anyFloats && !worst.anyNumber ? std::numeric_limits<double>::infinity() : worst.relative;
}

} // namespace hone
