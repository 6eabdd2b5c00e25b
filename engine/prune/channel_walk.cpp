// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/channel_walk.h"

#include "core/error.h"

#include <algorithm>
#include <set>

namespace hone
{
namespace
{

bool isElementwise(const std::string& op)
{
    static const std::set<std::string> ops = {"Add",         "Sub",  "Mul", "Div", "Pow",   "Min",     "Max",  "Sum",
                                              "Mean",        "And",  "Or",  "Xor", "Equal", "Greater", "Less", "GreaterOrEqual",
                                              "LessOrEqual", "Where"};
    return ops.contains(op);
}

} // namespace

bool ownsItsConstant(const Node& node, std::size_t input)
{
    const std::string& op = node.opType;
    if (op == "Conv" || op == "ConvTranspose" || op == "Gemm")
        return input == 2;
    if (op.ends_with("Normalization") || op == "PRelu")
        return input >= 1;
    if (op == "LSTM" || op == "GRU" || op == "RNN") // biases, initial states, peepholes
        return input == 3 || input >= 5;
    return isElementwise(op);
}

namespace
{

constexpr std::int64_t leaveFree = -1;

struct FreeExtents
{
    std::int64_t batch = 0;
    std::int64_t others = leaveFree;
};

// Two first: with one, a batch is easily taken for an axis that isn't there. Some files only fit one.
std::vector<FreeExtents> extentsToTry(BatchNumbers which)
{
    if (which == BatchNumbers::Usual)
        return {{2, 96}, {2, 8}, {2, leaveFree}, {1, 96}, {1, leaveFree}};
    return {{3, 160}, {3, 10}, {3, leaveFree}, {1, 96}, {1, leaveFree}};
}

ShapeOptions withExtents(const Graph& graph, const FreeExtents& extents)
{
    ShapeOptions options;
    for (const ValueId id : graph.inputs) {
        const Value& input = graph.value(id);
        if (!input.type.shape || input.type.shape->empty())
            continue;
        Shape shape = *input.type.shape;
        if (!shape.front().isFixed())
            shape.front() = Dim::fixed(extents.batch);
        const bool restIsFixed = std::all_of(shape.begin(), shape.end(), [](const Dim& d) { return d.isFixed(); });
        if (shape == *input.type.shape && restIsFixed)
            continue;
        if (restIsFixed || extents.others != leaveFree)
            options.inputShapes[input.name] = withFreeAs(shape, extents.others);
    }
    return options;
}

} // namespace

InferredTypes inferWithBatch(const Graph& graph, BatchNumbers which)
{
    for (const FreeExtents& extents : extentsToTry(which)) {
        const ShapeOptions options = withExtents(graph, extents);
        if (options.inputShapes.empty())
            continue;
        try {
            return inferShapes(graph, options);
        } catch (const Error& error) {
            if (error.code() != MessageCode::ShapeMismatch)
                throw;
        }
    }
    return inferShapes(graph);
}

ChannelWalk::ChannelWalk(const Graph& graph, AttentionChannels attention, SplitChoices choices)
    : m_graph(graph),
      m_uses(graph),
      m_types(inferWithBatch(graph)),
      m_otherTypes(inferWithBatch(graph, BatchNumbers::Other)),
      m_attention(attention),
      m_choices(std::move(choices)),
      m_elements(graph),
      m_axes(graph.valueCount()),
      m_derived(graph.valueCount(), false)
{}

int ChannelWalk::originOf(Atom atom) const
{
    // Origins were added in the order of their atoms.
    const auto next =
        std::upper_bound(m_origins.begin(), m_origins.end(), atom, [](Atom a, const AtomOrigin& origin) { return a < origin.first; });
    if (next == m_origins.begin())
        return -1;
    const auto found = std::prev(next);
    return atom < found->first + found->extent ? static_cast<int>(found - m_origins.begin()) : -1;
}

std::string ChannelWalk::describe(NodeId node) const
{
    return m_graph.node(node).opType + " '" + m_graph.node(node).name + "'";
}

void ChannelWalk::addOrigins(ValueId constant, NodeId node, std::size_t input, bool everyUse, AxisList& axes)
{
    for (std::size_t i = 0; i < axes.size(); ++i) {
        const std::int64_t extent = axes[i].extent;
        if (extent <= 1)
            continue;
        AtomOrigin origin{constant, node, input, everyUse, static_cast<int>(i), m_partition.addAtoms(extent), extent, {}};
        for (std::int64_t k = 0; k < extent; ++k)
            axes[i].atoms.push_back(origin.first + static_cast<Atom>(k));
        m_origins.push_back(std::move(origin));
    }
}

AxisList ChannelWalk::axesOfConstant(ValueId constant, const Tensor& tensor, NodeId node, std::size_t input, bool everyUse)
{
    AxisList axes;
    for (const std::int64_t extent : tensor.shape())
        axes.push_back(Axis::fixed(extent));
    // Texts and packed four-bit numbers are never sliced.
    if (elementBits(tensor.dtype()) >= 8)
        addOrigins(constant, node, input, everyUse, axes);
    return axes;
}

AxisList ChannelWalk::fixedAxes(ValueId value, const std::string& by) const
{
    AxisList axes;
    for (const Dim& dim : *m_types.type(value).shape)
        axes.push_back(Axis::fixed(dim.extent, by));
    return axes;
}

const AxisList* ChannelWalk::axesOf(ValueId value)
{
    if (!value.valid())
        return nullptr;
    auto& axes = m_axes[value.index];
    if (!axes && m_graph.isConstant(value)) {
        const auto& users = m_uses.users(value);
        // Users that own their copy see other atoms.
        for (const Use& use : users)
            if (!axes && !ownsItsConstant(m_graph.node(use.node), use.input))
                axes = axesOfConstant(value, m_graph.value(value).constant, use.node, use.input, true);
    }
    return axes ? &*axes : nullptr;
}

const AxisList* ChannelWalk::axesOf(NodeId node, std::size_t input)
{
    const ValueId value = m_graph.node(node).input(input);
    if (!value.valid())
        return nullptr;
    if (!m_graph.isConstant(value) || !ownsItsConstant(m_graph.node(node), input))
        return axesOf(value);
    const auto key = std::make_pair(node.index, input);
    auto found = m_ownAxes.find(key);
    if (found == m_ownAxes.end()) {
        AxisList axes = axesOfConstant(value, m_graph.value(value).constant, node, input, false);
        found = m_ownAxes.emplace(key, std::move(axes)).first;
    }
    return &found->second;
}

void ChannelWalk::setAxes(NodeId node, std::size_t output, AxisList axes)
{
    if (output >= m_graph.node(node).outputs.size() || !m_graph.node(node).outputs[output].valid())
        return;
    const ValueId value = m_graph.node(node).outputs[output];
    const auto& shape = m_types.type(value).shape;
    bool agrees = !shape || shape->size() == axes.size();
    for (std::size_t i = 0; agrees && shape && i < axes.size(); ++i) {
        const Dim& dim = (*shape)[i];
        if (axes[i].extent < 0)
            axes[i].extent = dim.extent;
        agrees = !dim.isFixed() || dim.extent == axes[i].extent;
    }
    if (agrees) {
        m_axes[value.index] = std::move(axes);
        return;
    }
    // A rule that contradicts the shapes isn't to be trusted.
    lockAll(&axes, describe(node) + " has a shape that Hone can't follow");
    m_axes[value.index] = fixedAxes(value, "the output of " + describe(node));
}

void ChannelWalk::lockAll(const AxisList* axes, const std::string& reason)
{
    if (axes)
        for (const Axis& axis : *axes)
            m_partition.lockAxis(axis, reason);
}

void ChannelWalk::refuse(NodeId id, const std::string& reason)
{
    const Node& node = m_graph.node(id);
    m_elements.freeze(*this, id);
    for (std::size_t i = 0; i < node.inputs.size(); ++i)
        lockAll(axesOf(id, i), reason);
    setFixed(id);
}

void ChannelWalk::setFixed(NodeId id)
{
    for (const ValueId output : m_graph.node(id).outputs)
        if (output.valid() && m_types.type(output).shape)
            m_axes[output.index] = fixedAxes(output, "the output of " + describe(id));
        else if (output.valid())
            m_axes[output.index].reset();
}

void ChannelWalk::refuse(NodeId id)
{
    refuse(id, "passes through " + describe(id) + ", which Hone can't slice");
}

void ChannelWalk::markMade(NodeId node, const Axis& axis, std::int64_t blocks)
{
    m_layers.emplace_back(node, axis);
    for (const Atom atom : axis.atoms) {
        const int origin = originOf(atom);
        if (origin < 0)
            continue;
        m_origins[static_cast<std::size_t>(origin)].blocks = blocks;
        auto& makers = m_origins[static_cast<std::size_t>(origin)].makers;
        if (std::find(makers.begin(), makers.end(), node) == makers.end())
            makers.push_back(node);
    }
}

bool ChannelWalk::isMade(const Axis& axis) const
{
    const int origin = axis.carriesChannels() ? originOf(axis.atoms.front()) : -1;
    return origin >= 0 && !m_origins[static_cast<std::size_t>(origin)].makers.empty();
}

void ChannelWalk::markRead(NodeId node, std::size_t input, int axis)
{
    const AxisList* axes = axesOf(node, input);
    const ValueId value = m_graph.node(node).input(input);
    if (!axes || !(*axes)[static_cast<std::size_t>(axis)].carriesChannels())
        return;
    const std::vector<Atom> atoms = (*axes)[static_cast<std::size_t>(axis)].atoms;
    if (!m_graph.isConstant(value) && !isFloatingPoint(m_types.type(value).dtype)) {
        for (const Atom atom : atoms)
            m_partition.lock(atom, "is read by " + describe(node) + ", whose inputs are no floating-point numbers");
        return;
    }
    for (const Atom atom : atoms)
        if (const int origin = originOf(atom); origin >= 0)
            m_origins[static_cast<std::size_t>(origin)].isRead = true;
    m_readings.push_back({node, input, axis, static_cast<int>(axes->size()), atoms});
}

void ChannelWalk::restrict(Restriction restriction, const Axis& axis)
{
    if (axis.carriesChannels())
        m_restrictions.push_back({std::move(restriction), axis.atoms});
}

std::size_t ChannelWalk::chooseSplit(const Axis& axis, const AxisSplit& into, std::size_t inputRank)
{
    if (!axis.carriesChannels() || m_partition.keepsOne(axis, into))
        return into.preferred;
    std::string key = std::to_string(inputRank) + ": " + std::to_string(axis.extent) + " =";
    for (const std::int64_t extent : into.extents)
        key += " " + std::to_string(extent);
    const auto chosen = m_choices.find(key);
    const std::size_t kept = chosen == m_choices.end() ? into.preferred : chosen->second;
    m_openSplits.push_back({std::move(key), axis, into.extents.size(), kept});
    return kept;
}

void ChannelWalk::noteCoupling(NodeId node, const Axis& a, const Axis& b)
{
    if (a.carriesChannels() && b.carriesChannels() && m_couplings.size() < 100000)
        m_couplings.push_back({node, a.atoms.front(), b.atoms.front()});
}

void ChannelWalk::notePiece(const Axis& piece)
{
    for (const Atom atom : piece.atoms)
        m_pieces.emplace_back(atom, m_pieceCount);
    ++m_pieceCount;
}

// Exporters store equal weights of different layers once, and the others as an Identity of them.
bool ChannelWalk::isCopy(NodeId id) const
{
    const Node& node = m_graph.node(id);
    if (node.opType != "Identity" || node.outputs.size() != 1 || !m_graph.isConstant(node.input(0)))
        return false;
    const Tensor& tensor = m_graph.value(node.inputs[0]).constant;
    return isFloatingPoint(tensor.dtype()) && tensor.rank() > 0 && m_uses.users(node.inputs[0]).size() > 1;
}

void ChannelWalk::walk(NodeId id)
{
    const Node& node = m_graph.node(id);
    bool derived = true;
    for (const ValueId input : node.inputs)
        derived = derived && (!input.valid() || m_graph.isConstant(input) || m_derived[input.index]);
    if (node.inputs.empty() && node.opType != "Constant")
        derived = false;
    for (const ValueId output : node.outputs)
        if (output.valid())
            m_derived[output.index] = derived;

    if (const Tensor* tensor =
            node.outputs.size() == 1 && node.opType == "Constant" ? writtenConstant(m_graph, node.outputs[0], id) : nullptr) {
        m_axes[node.outputs[0].index] = axesOfConstant(node.outputs[0], *tensor, id, 0, true);
        return;
    }
    if (isCopy(id)) {
        m_axes[node.outputs[0].index] = axesOfConstant(node.outputs[0], m_graph.value(node.inputs[0]).constant, id, 0, true);
        return;
    }
    const ChannelRule rule = channelRule(node);
    if (!rule)
        return refuse(id);
    if (!followsShapeElements(node))
        m_elements.freeze(*this, id);
    rule(*this, id);
}

void ChannelWalk::lockCaptured()
{
    for (std::uint32_t i = 0; i < m_graph.valueCount(); ++i)
        if (m_uses.isCaptured(ValueId{i})) {
            lockAll(axesOf(ValueId{i}), "is read inside a branch or loop");
            m_elements.lockValue(*this, ValueId{i}, "a branch or loop");
        }
}

void ChannelWalk::finishCounts()
{
    for (const auto& [site, axis] : m_elements.sites())
        if (axis.carriesChannels()) {
            CountEdit edit;
            edit.place = CountEdit::Place::Input;
            edit.node = NodeId{std::get<0>(site)};
            edit.input = std::get<1>(site);
            edit.element = std::get<2>(site);
            edit.before = axis.extent;
            addCount({std::move(edit), axis.atoms});
        }
    for (std::uint32_t i = 0; i < m_axes.size(); ++i)
        for (std::size_t k = 0; m_axes[i] && !m_graph.isConstant(ValueId{i}) && k < m_axes[i]->size(); ++k)
            if (const Axis& axis = (*m_axes[i])[k]; axis.carriesChannels()) {
                CountEdit edit;
                edit.place = CountEdit::Place::ValueExtent;
                edit.value = ValueId{i};
                edit.element = static_cast<std::int64_t>(k);
                edit.before = axis.extent;
                addCount({std::move(edit), axis.atoms});
            }
}

void ChannelWalk::run()
{
    for (const ValueId input : m_graph.inputs)
        if (m_types.type(input).shape)
            m_axes[input.index] = fixedAxes(input, "the model's input");
    for (const NodeId id : m_graph.order())
        walk(id);
    for (const ValueId output : m_graph.outputs) {
        lockAll(axesOf(output), "makes the model's output");
        m_elements.lockValue(*this, output, "the model's output");
    }
    lockCaptured();
    finishCounts();
}

} // namespace hone
