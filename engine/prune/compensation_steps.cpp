// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/compensation_steps.h"

#include "prune/channel_removal.h"

#include <algorithm>
#include <set>
#include <utility>

namespace hone
{
namespace
{

constexpr std::size_t mostUnknowns = 4608; // 512 channels under a window of 3 x 3; the sums take 170 MB

bool isRecurrent(const Node& node)
{
    return node.domain.empty() && (node.opType == "LSTM" || node.opType == "GRU" || node.opType == "RNN");
}

class Planner
{
public:
    Planner(const Graph& original, const Graph& pruned, const DependencyGraph& dependencies, const KeptChannels& kept)
        : m_original(original),
          m_pruned(pruned),
          m_dependencies(dependencies),
          m_removed(dependencies, kept),
          m_uses(pruned)
    {}

    std::vector<CompensationStep> plan() const
    {
        std::vector<CompensationStep> steps;
        for (const NodeId layer : affectedLayers())
            steps.push_back(stepOf(layer));
        return steps;
    }

private:
    // Those behind a layer that lost inputs, that layer included, in order.
    std::vector<NodeId> affectedLayers() const
    {
        std::set<NodeId> changed;
        for (std::size_t g = 0; g < m_dependencies.groups.size(); ++g) {
            if (!m_removed.any(g))
                continue;
            for (const Reading& reading : m_dependencies.groups[g].readings)
                changed.insert(reading.node);
            for (const Slice& slice : m_dependencies.groups[g].slices)
                if (slice.role == SliceRole::Input)
                    changed.insert(slice.node);
        }
        const GraphUses uses(m_original);
        std::set<ValueId> affected;
        std::vector<NodeId> layers;
        for (const NodeId id : m_original.order()) {
            const Node& node = m_original.node(id);
            const bool reads = std::ranges::any_of(node.inputs, [&](ValueId input) { return affected.contains(input); });
            if (!reads && !changed.contains(id))
                continue;
            affected.insert(node.outputs.begin(), node.outputs.end());
            const bool ofActivations = node.opType == "MatMul" && uses.producer(node.input(1)).valid();
            if ((LinearLayer::isOne(node) && !ofActivations) || node.opType == "ConvTranspose" || isRecurrent(node))
                layers.push_back(id);
        }
        return layers;
    }

    // Of an axis of a constant.
    std::vector<std::int64_t> keptOf(ValueId constant, int axis) const
    {
        std::set<std::int64_t> gone;
        for (std::size_t g = 0; g < m_dependencies.groups.size(); ++g)
            for (const Slice& slice : m_dependencies.groups[g].slices)
                if (slice.initializer == constant && slice.axis == axis) {
                    const auto positions = m_removed.positions(g, slice.positions);
                    gone.insert(positions.begin(), positions.end());
                }
        std::vector<std::int64_t> kept;
        const std::int64_t extent = m_original.value(constant).constant.shape().at(static_cast<std::size_t>(axis));
        for (std::int64_t i = 0; i < extent; ++i)
            if (!gone.contains(i))
                kept.push_back(i);
        return kept;
    }

    CompensationStep stepOf(NodeId layer) const
    {
        CompensationStep step{layer};
        const Node& node = m_pruned.node(layer);
        if (isRecurrent(node)) {
            step.reason = "it is a recurrent layer, whose gates' sums can't be seen";
            return step;
        }
        step.reason = "it is a transposed convolution";
        if (LinearLayer::isOne(node))
            step.linear = LinearLayer::find(m_pruned, m_uses, layer, step.reason, GroupedConvolutions::Allowed);
        if (step.linear && step.linear->unknowns() > mostUnknowns) {
            step.reason = "it has too many weights for each output";
            step.linear.reset();
        }
        if (!step.linear) {
            findNormalization(step);
            if (!step.normalization.valid())
                findBias(step);
            return step;
        }
        step.channels = keptOf(m_original.node(layer).input(1), step.linear->weightOutputAxis());
        if (step.channels.size() != step.linear->outputs()) {
            step.reason = "its channels can't be told apart";
            step.linear.reset();
            return step;
        }
        step.target = targetOf(m_pruned, m_uses, *step.linear);
        return step;
    }

    void findNormalization(CompensationStep& step) const
    {
        const ValueId output = m_pruned.node(step.layer).outputs.at(0);
        if (m_uses.isGraphOutput(output) || m_uses.users(output).size() != 1)
            return;
        const NodeId reader = m_uses.users(output).front().node;
        const Node& node = m_pruned.node(reader);
        if (node.opType != "BatchNormalization" || node.inputs.size() != 5 || node.intAttribute("training_mode", 0) != 0)
            return;
        for (std::size_t i = 1; i < 5; ++i)
            if (!m_pruned.isConstant(node.inputs[i]) || m_pruned.value(node.inputs[i]).constant.dtype() != DType::Float32)
                return;
        step.channels = keptOf(m_original.node(reader).inputs[3], 0);
        if (static_cast<std::int64_t>(step.channels.size()) == m_pruned.value(node.inputs[3]).constant.size())
            step.normalization = reader;
    }

    // Of layers whose channels are axis 1 of their output.
    void findBias(CompensationStep& step) const
    {
        const Node& node = m_pruned.node(step.layer);
        const bool isTransposed = node.opType == "ConvTranspose";
        if ((!isTransposed && node.opType != "Conv" && node.opType != "Gemm") || !m_pruned.isConstant(node.input(1)))
            return;
        const Dimensions& shape = m_pruned.value(node.input(1)).constant.shape();
        int axis = 0; // of the weight, with the outputs
        if (isTransposed) {
            const bool byChannel = node.intAttribute("group", 1) == shape.at(0) && shape.at(1) == 1;
            if (node.intAttribute("group", 1) != 1 && !byChannel)
                return;
            axis = byChannel ? 0 : 1;
        } else if (node.opType == "Gemm" && node.intAttribute("transB", 0) == 0) {
            axis = 1;
        }
        step.channels = keptOf(m_original.node(step.layer).input(1), axis);
        const auto outputs = shape.at(static_cast<std::size_t>(axis));
        if (static_cast<std::int64_t>(step.channels.size()) == outputs)
            step.bias = interceptPlaceOf(m_pruned, m_uses, step.layer, static_cast<std::size_t>(outputs));
    }

    const Graph& m_original;
    const Graph& m_pruned;
    const DependencyGraph& m_dependencies;
    const RemovedChannels m_removed;
    const GraphUses m_uses;
};

} // namespace

std::vector<ValueId> CompensationStep::wantedOfPruned(const Graph& graph) const
{
    if (!linear)
        return {graph.node(layer).outputs.at(0)};
    std::vector<ValueId> wanted{linear->input()};
    if (target.other.valid())
        wanted.push_back(target.other);
    return wanted;
}

std::vector<CompensationStep> compensationSteps(const Graph& original, const Graph& pruned, const DependencyGraph& dependencies,
                                                const KeptChannels& kept)
{
    return Planner(original, pruned, dependencies, kept).plan();
}

} // namespace hone
