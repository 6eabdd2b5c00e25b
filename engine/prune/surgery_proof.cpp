// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/surgery_proof.h"

#include "autograd/graph_module.h"
#include "core/error.h"
#include "graph/cost.h"
#include "onnx_io/onnx_io.h"
#include "prune/channel_walk.h"
#include "prune/double_precision.h"
#include "runtime/made_up_inputs.h"
#include "runtime/memory_estimate.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace hone
{
namespace
{

constexpr std::uint64_t proofSeed = 20170;
constexpr double mostDifference = 1e-3;
constexpr double mostDifferenceInHalves = 1e-2;
constexpr double mostDifferenceDouble = 1e-4;
constexpr double never = std::numeric_limits<double>::infinity();

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
        if (!scores.valid() || !uses.producer(scores).valid() || uses.isGraphOutput(scores) || !isFloatingPoint(types.type(scores).dtype))
            continue;
        graph.value(scores).type.dtype = types.type(scores).dtype;
        graph.outputs.push_back(scores);
    }
}

Difference differenceOfDoubles(const Tensor& expected, const Tensor& actual)
{
    if (expected.shape() != actual.shape())
        return {never, false};
    const auto a = expected.data<double>();
    const auto b = actual.data<double>();
    Difference result;
    double largest = 0;
    double difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (std::isfinite(a[i]) != std::isfinite(b[i]))
            difference = never;
        if (!std::isfinite(a[i]) || !std::isfinite(b[i]))
            continue;
        result.anyNumber = true;
        largest = std::max(largest, std::abs(a[i]));
        difference = std::max(difference, std::abs(a[i] - b[i]));
    }
    if (difference > 0)
        result.relative = difference / std::max(largest, std::numeric_limits<double>::min());
    return result;
}

// The largest difference of any output.
class Comparison
{
public:
    void add(const Tensor& expected, const Tensor& actual)
    {
        if (!isFloatingPoint(expected.dtype()) && expected.shape() == actual.shape())
            return;
        m_anyFloats = true;
        const bool doubles = expected.dtype() == DType::Float64 && actual.dtype() == DType::Float64;
        const Difference found = doubles ? differenceOfDoubles(expected, actual) : differenceOf(expected, actual);
        m_worst = std::max(m_worst, found.relative);
        m_anyNumber = m_anyNumber || found.anyNumber;
    }
    double result() const { return m_anyFloats && !m_anyNumber ? never : m_worst; }

private:
    double m_worst = 0;
    bool m_anyFloats = false;
    bool m_anyNumber = false;
};

bool hasNumbers(const std::vector<Tensor>& outputs)
{
    return std::ranges::any_of(
        outputs, [](const Tensor& output) { return isFloatingPoint(output.dtype()) && differenceOf(output, output).anyNumber; });
}

struct FloatRun
{
    double difference = 0;
    std::vector<Tensor> inputs; // that gave numbers
};

FloatRun runInOnnxRuntime(const Graph& before, const Graph& after, const JobContext& job)
{
    if (before.outputs.size() != after.outputs.size())
        return {never, {}};
    Session original = Session::fromBytes(serializeOnnx(before), {}, "the masked original");
    Session smaller = Session::fromBytes(serializeOnnx(after), {}, "the pruned model");
    Comparison comparison;
    FloatRun result;
    bool found = false;
    for (const InputKind kind : {InputKind::Normal, InputKind::WideNormal, InputKind::Uniform}) {
        const MadeUpRun run = runOnMadeUpInputs(original, {.kind = kind, .seed = proofSeed, .bounds = indexBounds(before)}, job);
        const std::vector<Tensor> outputs = smaller.run(run.inputs);
        for (std::size_t i = 0; i < outputs.size(); ++i)
            comparison.add(run.outputs.at(i), outputs[i]);
        if (!found && hasNumbers(run.outputs)) {
            result.inputs = run.inputs;
            found = true;
        }
    }
    result.difference = comparison.result();
    return result;
}

// Constants in double beside the graph's own, and what a run keeps.
bool fitsIntoMemory(const Graph& graph, const std::vector<Tensor>& inputs)
{
    double bytes = 0;
    for (std::uint32_t i = 0; i < graph.valueCount(); ++i)
        if (const Tensor& constant = graph.value(ValueId{i}).constant; !constant.isNull())
            bytes += 16.0 * static_cast<double>(constant.size());
    std::vector<Dimensions> shapes;
    for (const Tensor& input : inputs)
        shapes.push_back(input.shape());
    bytes += 2.0 * static_cast<double>(bytesOfARun(graph, shapes));
    const std::int64_t available = availableBytes();
    return available == 0 || bytes < 0.5 * static_cast<double>(available);
}

// Of a large model the first sample alone, which shows as much: double takes several times as long.
std::vector<Tensor> samplesForDouble(const Graph& graph, const std::vector<Tensor>& inputs)
{
    constexpr std::int64_t large = 1'000'000'000; // MACs of one sample
    const bool freeBatch = std::ranges::all_of(graph.inputs, [&](ValueId id) {
        const auto& shape = graph.value(id).type.shape;
        return shape && !shape->empty() && !shape->front().isFixed();
    });
    if (!freeBatch || cost(graph).macs < large)
        return inputs;
    std::vector<Tensor> first;
    for (const Tensor& input : inputs) {
        Dimensions shape = input.shape();
        shape.front() = std::min<std::int64_t>(1, shape.front());
        Tensor sample(input.dtype(), shape);
        std::memcpy(sample.mutableBytes().data(), input.bytes().data(), sample.byteCount());
        first.push_back(std::move(sample));
    }
    return first;
}

std::vector<Tensor> runInDouble(const Graph& graph, const std::vector<Tensor>& inputs)
{
    std::vector<Tensor> wide;
    for (const Tensor& input : inputs)
        wide.push_back(inDouble(input));
    return GraphModule(inDouble(graph)).forward(wide);
}

std::string reasonOf(const Error& error)
{
    const auto& arguments = error.message().arguments;
    const auto argument = [&](const char* key) {
        const auto found = arguments.find(key);
        return found == arguments.end() ? std::string() : found->second;
    };
    if (error.code() == MessageCode::OperatorsUnsupported)
        return "LibTorch has no executor for " + argument("operators");
    if (error.code() == MessageCode::ModuleMissing)
        return "LibTorch isn't installed";
    return argument("node") + ": " + argument("detail");
}

void proveInDouble(const Graph& before, const Graph& after, const std::vector<Tensor>& inputs, SurgeryProof& proof)
{
    if (inputs.empty()) {
        proof.doubleLeftOut = "the model gives no numbers";
        return;
    }
    try {
        const std::vector<Tensor> samples = samplesForDouble(before, inputs);
        if (!fitsIntoMemory(before, samples)) {
            proof.doubleLeftOut = "there is not enough memory";
            return;
        }
        const std::vector<Tensor> expected = runInDouble(before, samples);
        const std::vector<Tensor> actual = runInDouble(after, samples);
        Comparison comparison;
        for (std::size_t i = 0; i < expected.size(); ++i)
            comparison.add(expected[i], actual.at(i));
        proof.maxAbsDifferenceDouble = comparison.result();
    } catch (const Error& error) {
        proof.doubleLeftOut = reasonOf(error);
    }
}

bool hasHalves(const Graph& graph)
{
    for (std::uint32_t i = 0; i < graph.valueCount(); ++i) {
        const Value& value = graph.value(ValueId{i});
        const DType dtype = value.constant.isNull() ? value.type.dtype : value.constant.dtype();
        if (dtype == DType::Float16 || dtype == DType::BFloat16)
            return true;
    }
    return false;
}

struct Scored
{
    Graph before;
    Graph after;
};

Scored withScores(const Graph& masked, const Graph& pruned)
{
    Scored scored{masked, pruned};
    showScores(scored.before);
    showScores(scored.after);
    return scored;
}

} // namespace

bool SurgeryProof::holds() const
{
    return maxAbsDifference <= (computesInHalves ? mostDifferenceInHalves : mostDifference) &&
           (!maxAbsDifferenceDouble || *maxAbsDifferenceDouble <= mostDifferenceDouble);
}

SurgeryProof proveSurgery(const Graph& masked, const Graph& pruned, const JobContext& job)
{
    const Scored scored = withScores(masked, pruned);
    const FloatRun run = runInOnnxRuntime(scored.before, scored.after, job);
    SurgeryProof proof;
    proof.maxAbsDifference = run.difference;
    proof.computesInHalves = hasHalves(masked);
    job.checkStop();
    proveInDouble(scored.before, scored.after, run.inputs, proof);
    return proof;
}

double surgeryDifference(const Graph& masked, const Graph& pruned, const JobContext& job)
{
    const Scored scored = withScores(masked, pruned);
    return runInOnnxRuntime(scored.before, scored.after, job).difference;
}

} // namespace hone
