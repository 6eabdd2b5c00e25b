// SPDX-License-Identifier: GPL-3.0-or-later
#include "graph/shape_inference.h"
#include "tidy/constant_folding.h"

#include <algorithm>
#include <optional>

namespace hone
{
namespace
{

// What follows from the inputs alone: a declaration of something in between may be that of one example.
InferredTypes inferFromInputs(const Graph& graph)
{
    Graph undeclared = graph;
    for (const auto id : undeclared.order())
        for (const auto output : undeclared.node(id).outputs)
            if (output.valid())
                undeclared.value(output).type = {};
    return inferShapes(undeclared);
}

// Reshape's target for an output of that shape; nothing where no constant says it.
std::optional<std::vector<std::int64_t>> reshapeTarget(const Node& node, const Shape& from, const Shape& to)
{
    const bool zeroCopies = node.intAttribute("allowzero", 0) == 0;
    std::vector<std::int64_t> target;
    bool restUsed = false;
    for (std::size_t i = 0; i < to.size(); ++i) {
        const auto& dim = to[i];
        if (dim.isFixed() && dim.extent > 0)
            target.push_back(dim.extent);
        else if (zeroCopies && i < from.size() && from[i] == dim && (dim.isFixed() || !dim.symbol.empty()))
            target.push_back(0);
        else if (!dim.isFixed() && !restUsed) {
            target.push_back(-1);
            restUsed = true;
        } else
            return std::nullopt;
    }
    return target;
}

// Expand's target: where the input has the output's extent already, 1 leaves it so.
std::optional<std::vector<std::int64_t>> expandTarget(const Shape& from, const Shape& to)
{
    std::vector<std::int64_t> target;
    if (from.size() > to.size())
        return std::nullopt;
    const auto offset = to.size() - from.size();
    for (std::size_t i = 0; i < to.size(); ++i) {
        if (to[i].isFixed())
            target.push_back(to[i].extent);
        else if (i >= offset && from[i - offset] == to[i] && !to[i].symbol.empty())
            target.push_back(1);
        else
            return std::nullopt;
    }
    return target;
}

// Resize's sizes as factors, where ONNX Runtime comes to the same extents by them.
std::optional<std::vector<float>> resizeScales(const Shape& from, const Shape& to)
{
    if (from.size() != to.size())
        return std::nullopt;
    std::vector<float> scales;
    for (std::size_t i = 0; i < to.size(); ++i) {
        if (from[i] == to[i] && (to[i].isFixed() || !to[i].symbol.empty())) {
            scales.push_back(1);
            continue;
        }
        if (!from[i].isFixed() || !to[i].isFixed() || from[i].extent == 0)
            return std::nullopt;
        const auto scale = static_cast<float>(to[i].extent) / static_cast<float>(from[i].extent);
        if (static_cast<std::int64_t>(static_cast<float>(from[i].extent) * scale) != to[i].extent)
            return std::nullopt;
        scales.push_back(scale);
    }
    return scales;
}

class ShapeFolding
{
public:
    explicit ShapeFolding(Graph& graph) : m_graph(graph), m_uses(graph), m_types(inferFromInputs(graph)) {}

    std::vector<std::string> run()
    {
        const auto before = m_graph.order();
        for (const auto id : before)
            simplify(id);
        for (const auto id : before)
            becomeConstants(id);
        if (!m_changed)
            return {};
        m_graph.removeDeadNodes();
        return gone(before);
    }

private:
    const std::optional<Shape>& shape(ValueId id) const { return m_types.type(id).shape; }
    bool isComputed(ValueId id) const { return id.valid() && m_uses.producer(id).valid(); }

    // Outputs that are known altogether.
    void becomeConstants(NodeId id)
    {
        const auto& node = m_graph.node(id);
        const auto isKnown = [&](ValueId output) {
            return !output.valid() || (!m_types.constant(output).isNull() && !m_uses.isGraphOutput(output));
        };
        if (node.inputs.empty() || !std::ranges::all_of(node.outputs, isKnown))
            return;
        for (const auto output : node.outputs)
            if (output.valid()) {
                m_graph.value(output).constant = m_types.constant(output);
                m_graph.value(output).type = m_types.type(output);
            }
        m_graph.removeNode(id);
        m_changed = true;
    }

    // Targets with a free extent, for which only the operator that reads them has a constant.
    void simplify(NodeId id)
    {
        const auto& node = m_graph.node(id);
        if (!node.domain.empty() || node.outputs.empty() || !node.outputs[0].valid() || !node.input(0).valid())
            return;
        const auto& from = shape(node.inputs[0]);
        const auto& to = shape(node.outputs[0]);
        if (!from || !to)
            return;
        if (node.opType == "Resize" && node.inputs.size() == 4 && isComputed(node.inputs[3]) && m_types.constant(node.inputs[3]).isNull() &&
            !node.hasAttribute("axes") && node.stringAttribute("keep_aspect_ratio_policy", "stretch") == "stretch") {
            if (const auto scales = resizeScales(*from, *to))
                replaceSizes(id, *scales);
            return;
        }
        if (!isComputed(node.input(1)) || !m_types.constant(node.inputs[1]).isNull())
            return;
        const auto target = node.opType == "Reshape"  ? reshapeTarget(node, *from, *to)
                            : node.opType == "Expand" ? expandTarget(*from, *to)
                                                      : std::nullopt;
        if (!target)
            return;
        const auto constant =
            m_graph.addConstant(m_graph.node(id).name + ".target", Tensor::of({static_cast<std::int64_t>(target->size())}, *target));
        m_graph.node(id).inputs[1] = constant;
        m_changed = true;
    }

    void replaceSizes(NodeId id, const std::vector<float>& scales)
    {
        const auto constant =
            m_graph.addConstant(m_graph.node(id).name + ".scales", Tensor::of({static_cast<std::int64_t>(scales.size())}, scales));
        auto& inputs = m_graph.node(id).inputs;
        inputs.resize(3);
        inputs[2] = constant;
        m_changed = true;
    }

    std::vector<std::string> gone(const std::vector<NodeId>& before) const
    {
        std::vector<bool> stays;
        for (const auto id : m_graph.order()) {
            stays.resize(std::max<std::size_t>(stays.size(), id.index + 1));
            stays[id.index] = true;
        }
        std::vector<std::string> names;
        for (const auto id : before)
            if (id.index >= stays.size() || !stays[id.index])
                names.push_back(m_graph.node(id).name);
        return names;
    }

    Graph& m_graph;
    GraphUses m_uses;
    InferredTypes m_types;
    bool m_changed = false;
};

} // namespace

std::vector<std::string> foldShapes(Graph& graph)
{
    return ShapeFolding(graph).run();
}

} // namespace hone
