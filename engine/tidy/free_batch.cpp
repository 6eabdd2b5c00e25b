// SPDX-License-Identifier: GPL-3.0-or-later
#include "tidy/free_batch.h"

#include "core/error.h"
#include "onnx_io/onnx_io.h"
#include "runtime/made_up_inputs.h"
#include "runtime/memory_estimate.h"
#include "tidy/batch_separation.h"

#include <algorithm>
#include <cstring>

namespace hone
{
namespace
{

const std::string batchName = "N";
constexpr std::uint64_t proofSeed = 41;
constexpr double proofTolerance = 1e-4; // of the largest: kernels may sum in another order at another batch

FreedBatch batchOf(const Graph& graph)
{
    std::optional<Dim> batch;
    for (const auto id : graph.inputs) {
        const auto& shape = graph.value(id).type.shape;
        if (!shape || shape->empty())
            return {.reason = "the input '" + graph.value(id).name + "' has no batch"};
        if (batch && batch->extent != shape->front().extent)
            return {.reason = "its inputs' first extents differ"};
        batch = shape->front();
    }
    if (!batch)
        return {.reason = "it has no inputs"};
    return {.isFree = !batch->isFixed(), .before = batch->extent};
}

bool isZero(const Tensor& tensor)
{
    return std::ranges::all_of(tensor.bytes(), [](std::byte byte) { return byte == std::byte{0}; });
}

// A graph with a fixed batch on its way to a free one.
class Freeing
{
public:
    Freeing(Graph& graph, std::int64_t batch) : m_graph(graph), m_batch(batch), m_fed(fedValues(graph)), m_types(inferShapes(graph)) {}

    void run()
    {
        for (const auto id : std::vector(m_graph.order())) {
            const auto& node = m_graph.node(id);
            if (!node.domain.empty() || !node.input(0).valid() || !readsBatch(node))
                continue;
            if (node.opType == "Reshape" && m_graph.isConstant(node.input(1)))
                freeReshape(id);
            else if (node.opType == "Expand" && m_graph.isConstant(node.input(1)))
                freeExpand(id);
            else if (node.opType == "Concat" && m_batch == 1)
                expandTokens(id);
            else if (node.opType == "LSTM" || node.opType == "GRU" || node.opType == "RNN")
                dropZeroStates(id);
        }
        for (const auto id : m_graph.inputs)
            m_graph.value(id).type.shape->front() = Dim::free(batchName);
        declareShapes();
    }

private:
    bool startsWithBatch(ValueId id) const
    {
        const auto& shape = m_types.type(id).shape;
        return shape && !shape->empty() && shape->front() == Dim::fixed(m_batch);
    }

    bool isFed(ValueId id) const { return id.valid() && id.index < m_fed.size() && m_fed[id.index]; }
    // A class token may come before the samples that it is put in front of.
    bool readsBatch(const Node& node) const
    {
        return isFed(node.inputs[0]) ||
               (node.opType == "Concat" && std::ranges::any_of(node.inputs, [&](ValueId id) { return isFed(id); }));
    }

    void setTarget(NodeId id, const std::vector<std::int64_t>& target)
    {
        const auto name = m_graph.value(m_graph.node(id).inputs[1]).name;
        const auto made = m_graph.addConstant(name, Tensor::of({static_cast<std::int64_t>(target.size())}, target));
        m_graph.node(id).inputs[1] = made;
    }

    // [1, ...] of batched data becomes [0, ...], ONNX's "as the input's"; a multiple of the batch becomes the -1 if that is free.
    void freeReshape(NodeId id)
    {
        const auto& node = m_graph.node(id);
        auto target = toInt64s(m_graph.value(node.inputs[1]).constant);
        if (target.empty() || target.front() <= 0 || target.front() % m_batch != 0)
            return;
        const bool hasRest = std::ranges::find(target, -1) != target.end();
        const bool zeroCopies = node.intAttribute("allowzero", 0) == 0;
        if (target.front() == m_batch && startsWithBatch(node.inputs[0]) && zeroCopies)
            target.front() = 0;
        else if (!hasRest)
            target.front() = -1;
        else
            return;
        setTarget(id, target);
    }

    void freeExpand(NodeId id)
    {
        const auto& node = m_graph.node(id);
        auto target = toInt64s(m_graph.value(node.inputs[1]).constant);
        const auto& shape = m_types.type(node.inputs[0]).shape;
        if (target.empty() || target.front() != m_batch || !shape || shape->size() != target.size() || !startsWithBatch(node.inputs[0]))
            return;
        target.front() = 1;
        setTarget(id, target);
    }

    // [1, 1, C] put in front of [1, T, C] (a class token): one for each sample, by Expand to the samples' own batch.
    void expandTokens(NodeId id)
    {
        const auto inputs = m_graph.node(id).inputs;
        const auto samples = std::ranges::find_if(inputs, [&](ValueId input) { return isFed(input) && startsWithBatch(input); });
        const auto axis = m_graph.node(id).intAttribute("axis", 0);
        if (samples == inputs.end() || axis == 0 || axis == -static_cast<std::int64_t>(m_types.type(*samples).shape->size()))
            return;
        for (std::size_t i = 0; i < inputs.size(); ++i)
            if (m_graph.isConstant(inputs[i]) && startsWithBatch(inputs[i]))
                m_graph.node(id).inputs[i] = expanded(id, inputs[i], *samples);
    }

    ValueId expanded(NodeId before, ValueId token, ValueId samples)
    {
        const std::string name = m_graph.value(token).name; // a copy: values are added
        const auto insert = [&](const std::string& opType, std::vector<ValueId> inputs, std::map<std::string, Attribute> attributes = {}) {
            const auto output = m_graph.addComputed(name + "." + opType);
            m_graph.insertNodeBefore(before, {.name = m_graph.value(output).name,
                                              .opType = opType,
                                              .inputs = std::move(inputs),
                                              .outputs = {output},
                                              .attributes = std::move(attributes)});
            return output;
        };
        const auto shape = m_graph.value(token).constant.shape();
        const std::vector<std::int64_t> rest(shape.begin() + 1, shape.end());
        const auto first = m_graph.addConstant(name + ".first", Tensor::of({1}, std::vector<std::int64_t>{0}));
        const auto others = m_graph.addConstant(name + ".extents", Tensor::of({static_cast<std::int64_t>(rest.size())}, rest));
        const auto axis = std::map<std::string, Attribute>{{"axis", std::int64_t{0}}};
        const auto batch = insert("Gather", {insert("Shape", {samples}), first}, axis);
        return insert("Expand", {token, insert("Concat", {batch, others}, axis)});
    }

    // Zeros are what a state is when it is left out.
    void dropZeroStates(NodeId id)
    {
        auto& inputs = m_graph.node(id).inputs;
        for (std::size_t i = 5; i < inputs.size() && i < 7; ++i)
            if (m_graph.isConstant(inputs[i]) && isZero(m_graph.value(inputs[i]).constant))
                inputs[i] = {};
    }

    void declareShapes()
    {
        const auto types = inferShapes(m_graph);
        for (const auto id : m_graph.order())
            for (const auto output : m_graph.node(id).outputs)
                if (output.valid() && m_graph.value(output).type.shape)
                    m_graph.value(output).type.shape = types.type(output).shape;
    }

    Graph& m_graph;
    std::int64_t m_batch;
    std::vector<bool> m_fed;
    InferredTypes m_types;
};

// Both one behind the other along the first axis.
Tensor joined(const Tensor& first, const Tensor& second)
{
    auto shape = first.shape();
    shape.front() *= 2;
    Tensor result(first.dtype(), shape);
    auto bytes = result.mutableBytes();
    std::memcpy(bytes.data(), first.bytes().data(), first.byteCount());
    std::memcpy(bytes.data() + first.byteCount(), second.bytes().data(), second.byteCount());
    return result;
}

bool canJoin(const Tensor& first, const Tensor& second)
{
    return first.rank() > 0 && first.shape() == second.shape() && first.dtype() == second.dtype() && elementBits(first.dtype()) % 8 == 0;
}

// Two batches at once answer as they do one by one.
bool answersTheSame(const Graph& fixed, const Graph& freed)
{
    const SessionOptions options{.threads = 0, .optimization = Optimization::All, .profilePrefix = {}};
    auto one = Session::fromBytes(serializeOnnx(fixed), options, fixed.name);
    auto two = Session::fromBytes(serializeOnnx(freed), options, freed.name);
    const MemoryLimit limit(fixed);
    MadeUpOptions inputs{.kind = InputKind::Normal, .seed = proofSeed, .bounds = indexBounds(fixed)};
    inputs.accepts = [&](const std::vector<Dimensions>& shapes) { return limit.allows(shapes); };
    const auto first = runOnMadeUpInputs(one, inputs, {});
    inputs.seed = proofSeed + 1;
    const auto second = runOnMadeUpInputs(one, inputs, {});
    std::vector<Tensor> both;
    for (std::size_t i = 0; i < first.inputs.size(); ++i) {
        if (!canJoin(first.inputs[i], second.inputs[i]))
            return false;
        both.push_back(joined(first.inputs[i], second.inputs[i]));
    }
    const auto outputs = two.run(both);
    for (std::size_t i = 0; i < outputs.size(); ++i)
        if (canJoin(first.outputs[i], second.outputs[i]) && outputs[i].rank() > 0 &&
            outputs[i].shape().front() == 2 * first.outputs[i].shape().front() &&
            differenceOf(joined(first.outputs[i], second.outputs[i]), outputs[i]).relative > proofTolerance)
            return false;
    return true;
}

// As a clause; empty for a failure that says nothing about the batch.
std::string reasonOf(const Error& error)
{
    const auto argument = [&](const std::string& name) {
        const auto found = error.message().arguments.find(name);
        return found == error.message().arguments.end() ? std::string("?") : found->second;
    };
    switch (error.code()) {
    case MessageCode::ModelInputUnsupported: return argument("detail");
    case MessageCode::RuntimeRefused: return "ONNX Runtime doesn't run it with another";
    case MessageCode::ShapeMismatch: return "'" + argument("node") + "' needs it";
    default: return {};
    }
}

} // namespace

FreedBatch makeBatchFree(Graph& graph)
{
    auto result = batchOf(graph);
    if (result.isFree || !result.reason.empty())
        return result;
    if (result.before < 1) {
        result.reason = "its batch is empty";
        return result;
    }
    auto freed = graph;
    try {
        Freeing(freed, result.before).run();
        result.reason = whatMixesSamples(freed, result.before);
        if (result.reason.empty() && !answersTheSame(graph, freed))
            result.reason = "samples of one batch don't answer as they do one by one";
    } catch (const Error& error) {
        result.reason = reasonOf(error);
        if (result.reason.empty())
            throw;
    }
    if (!result.reason.empty())
        return result;
    freed.removeDeadNodes();
    graph = std::move(freed);
    result.isFree = true;
    return result;
}

} // namespace hone
