// SPDX-License-Identifier: GPL-3.0-or-later
#include "tidy/batch_separation.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

namespace hone
{
namespace
{

// A batch that no other extent of a model is likely to have: where it stands in a shape, the batch stands.
constexpr std::int64_t trialBatch = 1009;

// The axis along which samples lie one behind the other, each with `rows` entries.
struct BatchPlace
{
    std::size_t axis = 0;
    std::int64_t rows = 1;
};

// Given a shape at both batches: the one place that differs.
std::optional<BatchPlace> batchPlace(const std::optional<Shape>& fixed, const std::optional<Shape>& trial, std::int64_t batch)
{
    if (!fixed || !trial || fixed->size() != trial->size())
        return std::nullopt;
    std::optional<BatchPlace> place;
    for (std::size_t i = 0; i < fixed->size(); ++i) {
        const auto &one = (*fixed)[i], &other = (*trial)[i];
        if (one == other)
            continue;
        if (place || !one.isFixed() || one.extent % batch != 0 || other != Dim::fixed(one.extent / batch * trialBatch))
            return std::nullopt;
        place = BatchPlace{i, one.extent / batch};
    }
    return place;
}

// Operators that treat every entry of the axis of merged rows alike, whatever they do along the others.
bool treatsRowsAlike(const Node& node)
{
    static const std::set<std::string_view> mixing = {"Slice", "Gather", "Split", "Concat", "Pad", "Tile", "Resize", "Upsample", "Scan"};
    return !mixing.contains(node.opType);
}

class Separation
{
public:
    Separation(const Graph& graph, std::int64_t batch)
        : m_graph(graph),
          m_batch(batch),
          m_fed(fedValues(graph)),
          m_fixed(inferShapes(graph, withBatch(graph, batch))),
          m_trial(inferShapes(graph, withBatch(graph, trialBatch)))
    {}

    std::string problem() const
    {
        if (!m_trial.unknownOperators.empty())
            return "what " + m_trial.unknownOperators.front() + " does with it is not known";
        for (const auto id : m_graph.order())
            if (!keepsApart(m_graph.node(id)))
                return m_graph.node(id).opType + " '" + m_graph.node(id).name + "' needs it";
        for (const auto output : m_graph.outputs)
            if (const auto at = place(output); m_fed[output.index] && (!at || at->rows != 1))
                return "the output '" + m_graph.value(output).name + "' has it mixed with other extents";
        return {};
    }

private:
    std::optional<BatchPlace> place(ValueId id) const
    {
        return id.valid() && m_fed[id.index] ? batchPlace(m_fixed.type(id).shape, m_trial.type(id).shape, m_batch) : std::nullopt;
    }

    bool keepsApart(const Node& node) const
    {
        if (!capturedNames(node).empty())
            return false;
        for (const auto output : node.outputs) {
            if (!output.valid() || !m_fed[output.index] || carriesShape(output))
                continue;
            const auto to = place(output);
            if (!to || (to->rows != 1 && !treatsRowsAlike(node)))
                return false;
            const auto from = place(node.input(0));
            if (node.opType == "Reshape" && (!from || from->axis != 0 || to->axis != 0))
                return false;
            if (mixesAlong(node, output, to->axis))
                return false;
        }
        return true;
    }

    // Numbers of a shape rather than samples.
    bool carriesShape(ValueId id) const { return !m_fixed.constant(id).isNull() && !m_trial.constant(id).isNull(); }

    bool mixesAlong(const Node& node, ValueId output, std::size_t batch) const
    {
        const auto rank = static_cast<std::int64_t>(m_trial.type(output).shape->size());
        const auto axis = [&](std::int64_t fallback) {
            const auto value = node.intAttribute("axis", fallback);
            return static_cast<std::size_t>(value < 0 ? value + rank : value);
        };
        const bool lists = m_graph.opset() >= 13;
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
            return (node.input(5).valid() && !m_fed[node.input(5).index]) || (node.input(6).valid() && !m_fed[node.input(6).index]);
        return false;
    }

    const Graph& m_graph;
    std::int64_t m_batch;
    std::vector<bool> m_fed;
    InferredTypes m_fixed;
    InferredTypes m_trial;
};

} // namespace

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

ShapeOptions withBatch(const Graph& graph, std::int64_t batch)
{
    ShapeOptions options;
    for (const auto id : graph.inputs) {
        auto dimensions = withFreeAs(*graph.value(id).type.shape, -1);
        dimensions.front() = batch;
        options.inputShapes[graph.value(id).name] = std::move(dimensions);
    }
    return options;
}

std::string whatMixesSamples(const Graph& graph, std::int64_t batch)
{
    return Separation(graph, batch).problem();
}

} // namespace hone
