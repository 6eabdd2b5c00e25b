// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/surgery_proof.h"

#include "autograd/graph_module.h"
#include "core/error.h"
#include "graph/cost.h"
#include "graph/floats_behind.h"
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
constexpr double mostTies = 1e-3; // share of labels that rounding may turn: what decides them is compared, too
constexpr double never = std::numeric_limits<double>::infinity();

bool saturates(const std::string& op)
{
    return op == "Softmax" || op == "LogSoftmax" || op == "Sigmoid" || op == "HardSigmoid";
}

enum class Holds
{
    Numbers,
    Decided, // whole numbers that numbers decide, which are compared beside them
    Counts   // whole numbers with no numbers behind them
};

// What a graph's outputs hide: numbers that decide labels and indices, scores that a saturated Softmax reads.
struct Shown
{
    std::vector<ValueId> values;
    std::vector<Holds> outputs; // by the graph's own outputs
};

Shown shownBy(const Graph& graph)
{
    const FloatsBehind behind(graph);
    Shown shown;
    const auto add = [&](ValueId value) {
        if (!behind.uses().producer(value).valid() || behind.uses().isGraphOutput(value) || !isFloatingPoint(behind.dtype(value)) ||
            std::ranges::count(shown.values, value) > 0)
            return;
        shown.values.push_back(value);
    };
    for (const ValueId output : graph.outputs) {
        const auto floats = behind.of(output);
        shown.outputs.push_back(floats == std::vector{output} ? Holds::Numbers : floats.empty() ? Holds::Counts : Holds::Decided);
        for (const ValueId value : floats) {
            add(value);
            const NodeId maker = behind.uses().producer(behind.unarranged(value));
            if (maker.valid() && saturates(graph.node(maker).opType))
                add(graph.node(maker).input(0));
        }
    }
    return shown;
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

// The share of elements that aren't the same.
double shareOfOthers(const Tensor& expected, const Tensor& actual)
{
    if (expected.shape() != actual.shape() || expected.dtype() != actual.dtype())
        return 1;
    if (expected == actual)
        return 0;
    const auto a = expected.bytes();
    const auto b = actual.bytes();
    const auto count = static_cast<std::size_t>(expected.size());
    const std::size_t each = a.size() / std::max<std::size_t>(1, count);
    if (each == 0 || a.size() != b.size()) // of strings
        return 1;
    std::size_t others = 0;
    for (std::size_t i = 0; i < count; ++i)
        others += std::memcmp(a.data() + i * each, b.data() + i * each, each) != 0 ? 1 : 0;
    return static_cast<double>(others) / static_cast<double>(count);
}

// The largest difference of any output.
class Comparison
{
public:
    void add(const Tensor& expected, const Tensor& actual, Holds holds)
    {
        if (holds != Holds::Numbers) {
            const double others = shareOfOthers(expected, actual);
            const bool same = holds == Holds::Decided ? others <= mostTies : others == 0;
            m_worst = same ? m_worst : never;
            m_anything = m_anything || (holds == Holds::Counts && expected.size() > 0);
            return;
        }
        const bool doubles = expected.dtype() == DType::Float64 && actual.dtype() == DType::Float64;
        const Difference found = doubles ? differenceOfDoubles(expected, actual) : differenceOf(expected, actual);
        m_worst = std::max(m_worst, found.relative);
        m_anything = m_anything || found.anyNumber;
    }
    double result() const { return m_anything ? m_worst : never; }

private:
    double m_worst = 0;
    bool m_anything = false; // was compared
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

// Both graphs with what their outputs hide as further outputs.
struct Scored
{
    Graph before;
    Graph after;
    std::vector<Holds> outputs;
};

FloatRun runInOnnxRuntime(const Scored& scored, const JobContext& job)
{
    const Graph& before = scored.before;
    const Graph& after = scored.after;
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
            comparison.add(run.outputs.at(i), outputs[i], scored.outputs.at(i));
        if (!found && hasNumbers(run.outputs)) {
            result.inputs = run.inputs;
            found = true;
        }
    }
    result.difference = comparison.result();
    return result;
}

// Constants in double beside the graph's own, and what a run keeps.
bool fitsIntoMemory(const Graph& graph, const std::vector<Tensor>& inputs, std::int64_t available)
{
    double bytes = 0;
    for (std::uint32_t i = 0; i < graph.valueCount(); ++i)
        if (const Tensor& constant = graph.value(ValueId{i}).constant; !constant.isNull())
            bytes += 16.0 * static_cast<double>(constant.size());
    std::vector<Dimensions> shapes;
    for (const Tensor& input : inputs)
        shapes.push_back(input.shape());
    bytes += 2.0 * static_cast<double>(bytesOfARun(graph, shapes));
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

void proveInDouble(const Scored& scored, const std::vector<Tensor>& inputs, std::int64_t available, SurgeryProof& proof)
{
    const Graph& before = scored.before;
    if (inputs.empty()) {
        proof.doubleLeftOut = "the model gives no numbers";
        return;
    }
    const std::vector<Tensor> samples = samplesForDouble(before, inputs);
    if (!fitsIntoMemory(before, samples, available)) {
        proof.doubleLeftOut = "there is not enough memory";
        return;
    }
    std::vector<Tensor> expected;
    try {
        expected = runInDouble(before, samples);
    } catch (const Error& error) {
        proof.doubleLeftOut = reasonOf(error);
        return;
    }
    const std::vector<Tensor> actual = runInDouble(scored.after, samples); // fails as a difference does: the original ran
    Comparison comparison;
    for (std::size_t i = 0; i < expected.size(); ++i)
        comparison.add(expected[i], actual.at(i), scored.outputs.at(i));
    proof.maxAbsDifferenceDouble = comparison.result();
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

// As far as both are known.
bool haveSameExtents(const ValueType& a, const ValueType& b)
{
    if (!a.shape || !b.shape)
        return true;
    return std::ranges::equal(*a.shape, *b.shape,
                              [](const Dim& x, const Dim& y) { return !x.isFixed() || !y.isFixed() || x.extent == y.extent; });
}

Scored withScores(const Graph& masked, const Graph& pruned)
{
    const Shown before = shownBy(masked);
    const Shown after = shownBy(pruned);
    Scored scored{masked, pruned, before.outputs};
    if (before.values.size() != after.values.size())
        return scored;
    const InferredTypes typesBefore = inferWithBatch(masked);
    const InferredTypes typesAfter = inferWithBatch(pruned);
    const auto show = [](Graph& graph, ValueId value, const InferredTypes& types) {
        graph.value(value).type.dtype = types.type(value).dtype;
        graph.outputs.push_back(value);
    };
    for (std::size_t i = 0; i < before.values.size(); ++i) {
        if (!haveSameExtents(typesBefore.type(before.values[i]), typesAfter.type(after.values[i]))) // lost channels itself
            continue;
        show(scored.before, before.values[i], typesBefore);
        show(scored.after, after.values[i], typesAfter);
        scored.outputs.push_back(Holds::Numbers);
    }
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
    return proveSurgery(masked, pruned, availableBytes(), job);
}

SurgeryProof proveSurgery(const Graph& masked, const Graph& pruned, std::int64_t available, const JobContext& job)
{
    const Scored scored = withScores(masked, pruned);
    const FloatRun run = runInOnnxRuntime(scored, job);
    SurgeryProof proof;
    proof.maxAbsDifference = run.difference;
    proof.computesInHalves = hasHalves(masked);
    job.checkStop();
    proveInDouble(scored, run.inputs, available, proof);
    return proof;
}

double surgeryDifference(const Graph& masked, const Graph& pruned, const JobContext& job)
{
    const Scored scored = withScores(masked, pruned);
    return runInOnnxRuntime(scored, job).difference;
}

} // namespace hone
