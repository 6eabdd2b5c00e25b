// SPDX-License-Identifier: GPL-3.0-or-later
#include "graph/shape_inference.h"
#include "graph/transform.h"

#include <algorithm>

namespace hone
{
namespace
{

const std::string batchName = "N";
// A batch that no other extent of a model is likely to have: where it stands in a shape, the batch stands.
constexpr std::int64_t trialBatch = 1009;

enum class Batch
{
    FixedAtOne,
    Free,
    Other
};

Batch batchOf(const Graph& graph)
{
    std::optional<Batch> batch;
    for (const auto id : graph.inputs) {
        const auto& shape = graph.value(id).type.shape;
        const auto own = !shape || shape->empty()              ? Batch::Other
                         : shape->front() == Dim::fixed(1)     ? Batch::FixedAtOne
                         : !shape->front().isFixed()           ? Batch::Free
                                                               : Batch::Other;
        if (batch.value_or(own) != own)
            return Batch::Other;
        batch = own;
    }
    return batch.value_or(Batch::Other);
}

ShapeOptions atBatch(const Graph& graph, std::int64_t batch)
{
    ShapeOptions options;
    for (const auto id : graph.inputs) {
        auto dimensions = withFreeAs(*graph.value(id).type.shape, -1);
        dimensions.front() = batch;
        options.inputShapes[graph.value(id).name] = std::move(dimensions);
    }
    return options;
}

// Values that depend on an input; the others have no batch.
std::vector<bool> fedValues(const Graph& graph)
{
    std::vector<bool> fed(graph.valueCount());
    for (const auto input : graph.inputs)
        fed[input.index] = true;
    for (const auto id : graph.order()) {
        const auto& node = graph.node(id);
        const bool any = std::ranges::any_of(node.inputs, [&](ValueId i) { return i.valid() && fed[i.index]; });
        for (const auto output : node.outputs)
            if (output.valid() && any)
                fed[output.index] = true;
    }
    return fed;
}

// Reshape targets [1, ...] of batched data become [0, ...]: ONNX's "as the input's".
bool freeReshapes(Graph& graph)
{
    const auto fed = fedValues(graph);
    for (const auto id : graph.order()) {
        const auto& node = graph.node(id);
        if (node.opType != "Reshape" || !node.domain.empty() || !node.input(0).valid() || !fed[node.inputs[0].index] ||
            !graph.isConstant(node.input(1)))
            continue;
        auto target = toInt64s(graph.value(node.inputs[1]).constant);
        if (target.empty() || target.front() != 1)
            continue;
        const bool zeroMeansZero = node.intAttribute("allowzero", 0) != 0;
        if (zeroMeansZero && std::ranges::find(target, -1) != target.end())
            return false;
        target.front() = zeroMeansZero ? -1 : 0;
        const auto name = graph.value(node.inputs[1]).name;
        const auto made = graph.addConstant(name, Tensor::of(Dimensions{static_cast<std::int64_t>(target.size())}, target));
        graph.node(id).inputs[1] = made;
    }
    return true;
}

// Where the batch stands in a shape, given that shape at batch 1: the one place that differs.
std::optional<std::size_t> batchPlace(const std::optional<Shape>& one, const std::optional<Shape>& trial)
{
    if (!one || !trial || one->size() != trial->size())
        return std::nullopt;
    std::optional<std::size_t> place;
    for (std::size_t i = 0; i < one->size(); ++i) {
        if ((*one)[i] == (*trial)[i])
            continue;
        if (place || (*one)[i] != Dim::fixed(1) || (*trial)[i] != Dim::fixed(trialBatch))
            return std::nullopt;
        place = i;
    }
    return place;
}

class BatchCheck
{
public:
    BatchCheck(const Graph& fixed, const Graph& freed)
        : m_freed(freed), m_fed(fedValues(freed)), m_one(inferShapes(fixed, atBatch(fixed, 1))),
          m_trial(inferShapes(freed, atBatch(freed, trialBatch)))
    {
    }

    // Every sample must go its own way through every node.
    bool holds() const
    {
        return m_trial.unknownOperators.empty() && std::ranges::all_of(m_freed.order(), [&](NodeId id) {
            return separates(m_freed.node(id));
        });
    }

private:
    std::optional<std::size_t> place(ValueId id) const
    {
        return id.valid() && m_fed[id.index] ? batchPlace(m_one.type(id).shape, m_trial.type(id).shape) : std::nullopt;
    }

    bool separates(const Node& node) const
    {
        if (!capturedNames(node).empty())
            return false;
        for (const auto output : node.outputs) {
            if (!output.valid() || !m_fed[output.index] || carriesShape(output))
                continue;
            const auto to = place(output);
            if (!to)
                return false;
            const auto from = place(node.input(0));
            if (node.opType == "Reshape" && (from != 0 || to != 0))
                return false;
            if (mixesAlong(node, output, *to))
                return false;
        }
        return true;
    }

    // Numbers of a shape rather than samples.
    bool carriesShape(ValueId id) const { return !m_one.constant(id).isNull() && !m_trial.constant(id).isNull(); }

    bool mixesAlong(const Node& node, ValueId output, std::size_t batch) const
    {
        const auto rank = static_cast<std::int64_t>(m_trial.type(output).shape->size());
        const auto axis = [&](std::int64_t fallback) {
            const auto value = node.intAttribute("axis", fallback);
            return static_cast<std::size_t>(value < 0 ? value + rank : value);
        };
        const bool lists = m_freed.opset() >= 13;
        if (node.opType == "Softmax" || node.opType == "LogSoftmax" || node.opType == "Hardmax")
            return lists ? axis(-1) == batch : axis(1) <= batch; // older ones work on all axes from that one on
        if (node.opType == "CumSum" || node.opType == "ReverseSequence" || node.opType == "Trilu")
            return true; // rare, and their axes are inputs
        if (node.opType == "LpNormalization")
            return axis(-1) == batch;
        if (node.opType == "LayerNormalization")
            return axis(-1) <= batch;
        // A recurrent state that the model holds has its batch.
        if (node.opType == "LSTM" || node.opType == "GRU" || node.opType == "RNN")
            return (node.input(5).valid() && !m_fed[node.input(5).index]) ||
                   (node.input(6).valid() && !m_fed[node.input(6).index]);
        return false;
    }

    const Graph& m_freed;
    std::vector<bool> m_fed;
    InferredTypes m_one;
    InferredTypes m_trial;
};

void declareFreeShapes(Graph& graph)
{
    for (const auto id : graph.inputs)
        graph.value(id).type.shape->front() = Dim::free(batchName);
    const auto types = inferShapes(graph);
    for (const auto id : graph.order())
        for (const auto output : graph.node(id).outputs)
            if (output.valid() && graph.value(output).type.shape)
                graph.value(output).type.shape = types.type(output).shape;
}

} // namespace

bool makeBatchFree(Graph& graph)
{
    const auto batch = batchOf(graph);
    if (batch != Batch::FixedAtOne)
        return batch == Batch::Free;
    auto freed = graph;
    try {
        if (!freeReshapes(freed) || !BatchCheck(graph, freed).holds())
            return false;
        declareFreeShapes(freed);
    } catch (const Error& error) {
        if (error.code() != MessageCode::ShapeMismatch)
            throw;
        return false;
    }
    freed.removeDeadNodes();
    graph = std::move(freed);
    return true;
}

} // namespace hone
