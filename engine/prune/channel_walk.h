// SPDX-License-Identifier: GPL-3.0-or-later
// One walk through a graph in order, in which each operator's rule says how the channels of its inputs become those of
// its outputs. What no rule knows stays as it is, with the reason.
#pragma once

#include "graph/graph.h"
#include "graph/shape_inference.h"
#include "prune/channel_partition.h"
#include "prune/dependency_graph.h"
#include "prune/shape_elements.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hone
{

using AxisList = std::vector<Axis>;

// The atoms of one axis of a constant.
struct AtomOrigin
{
    ValueId constant;
    NodeId node; // first user
    std::size_t input = 0;
    bool everyUse = false;
    int axis = 0;
    Atom first = 0;
    std::int64_t extent = 0;
    std::vector<NodeId> makers; // layers whose outputs these are
    std::int64_t blocks = 1;    // times that the layer's outputs follow each other on the axis (a recurrent layer's gates)
    bool isRead = false;        // a layer sums over them
};

// A layer's input whose axis is summed over.
struct PendingReading
{
    NodeId node;
    std::size_t input = 0;
    int axis = 0;
    int rank = 0;
    std::vector<Atom> atoms;
};

// A Restriction before atoms have groups.
struct PendingRestriction
{
    Restriction restriction;
    std::vector<Atom> atoms;
};

// A CountEdit before atoms have groups.
struct PendingCount
{
    CountEdit edit;
    std::vector<Atom> atoms;
};

struct Coupling
{
    NodeId node;
    Atom first = 0;
    Atom second = 0;
};

// Which axis keeps the channels where a Reshape leaves that open, by what it makes of what ("3: 96 = 4, 24").
using SplitChoices = std::map<std::string, std::size_t>;

// A Reshape that left it open.
struct OpenSplit
{
    std::string key;
    Axis axis;
    std::size_t options = 0; // of axes; what was chosen is one of them
    std::size_t chosen = 0;
};

class ChannelWalk
{
public:
    explicit ChannelWalk(const Graph& graph, AttentionChannels attention = AttentionChannels::Size, SplitChoices choices = {});
    void run();

    const Graph& graph() const { return m_graph; }
    const InferredTypes& types() const { return m_types; }
    // With another batch: what is the same in both doesn't depend on it.
    const InferredTypes& otherTypes() const { return m_otherTypes; }
    const GraphUses& uses() const { return m_uses; }
    AttentionChannels attention() const { return m_attention; }
    ChannelPartition& partition() { return m_partition; }
    const std::vector<AtomOrigin>& origins() const { return m_origins; }
    // Invalid where an atom belongs to no constant.
    int originOf(Atom atom) const;
    const std::vector<PendingReading>& readings() const { return m_readings; }
    const std::vector<PendingCount>& counts() const { return m_counts; }
    const std::vector<PendingRestriction>& restrictions() const { return m_restrictions; }
    const std::vector<OpenSplit>& openSplits() const { return m_openSplits; }
    const std::vector<Coupling>& couplings() const { return m_couplings; }
    const std::vector<std::pair<Atom, int>>& pieces() const { return m_pieces; }
    // Layers in order, with the axis of the weight that makes their channels.
    const std::vector<std::pair<NodeId, Axis>>& layers() const { return m_layers; }

    // For the rules.
    // The axes of a node's input; nullptr where its rank isn't known. Good until the next call.
    const AxisList* axesOf(NodeId node, std::size_t input);
    const AxisList* axesOf(ValueId value);
    void setAxes(NodeId node, std::size_t output, AxisList axes);
    bool isDerivedFromConstants(ValueId value) const { return m_derived.at(value.index); }
    ShapeElements& elements() { return m_elements; }
    std::string describe(NodeId node) const; // "Add 'add_3'"
    // Nothing that this node reads may change; its outputs never do.
    void refuse(NodeId node, const std::string& reason);
    void refuse(NodeId node); // "passes through OP 'name', which Hone can't slice"
    void markMade(NodeId node, const Axis& axis, std::int64_t blocks = 1);
    bool isMade(const Axis& axis) const; // by a layer
    // Prefers an input whose weight can be set to zero; locks where neither can be masked.
    void markRead(NodeId node, std::size_t input, int axis);
    // The operator computes over this axis as a whole: it is proved on the channels that stay alone.
    void restrict(Restriction restriction, const Axis& axis);
    // The axis that keeps the channels of `axis` split into `extents`: what was chosen for such splits, else `preferred`.
    std::size_t chooseSplit(const Axis& axis, const AxisSplit& into, std::size_t inputRank);
    // Outputs have the shapes that were inferred, and no channels.
    void setFixed(NodeId node);
    void noteCoupling(NodeId node, const Axis& a, const Axis& b);
    void addCount(PendingCount count) { m_counts.push_back(std::move(count)); }
    // Channels of this part of an axis form groups apart from those outside of it, so that the part never gets empty.
    void notePiece(const Axis& piece);

private:
    void walk(NodeId id);
    bool isCopy(NodeId id) const;
    void addOrigins(ValueId constant, NodeId node, std::size_t input, bool everyUse, AxisList& axes);
    AxisList axesOfConstant(ValueId constant, const Tensor& tensor, NodeId node, std::size_t input, bool everyUse);
    AxisList fixedAxes(ValueId value, const std::string& by) const;
    void lockAll(const AxisList* axes, const std::string& reason);
    void lockCaptured();
    void finishCounts();

    const Graph& m_graph;
    GraphUses m_uses;
    InferredTypes m_types;
    InferredTypes m_otherTypes;
    AttentionChannels m_attention;
    SplitChoices m_choices;
    ChannelPartition m_partition;
    ShapeElements m_elements;
    std::vector<std::optional<AxisList>> m_axes;                         // by value
    std::map<std::pair<std::uint32_t, std::size_t>, AxisList> m_ownAxes; // of constants, by node and input
    std::vector<bool> m_derived;
    std::vector<AtomOrigin> m_origins;
    std::vector<PendingReading> m_readings;
    std::vector<PendingCount> m_counts;
    std::vector<PendingRestriction> m_restrictions;
    std::vector<OpenSplit> m_openSplits;
    std::vector<Coupling> m_couplings;
    std::vector<std::pair<Atom, int>> m_pieces;
    int m_pieceCount = 0;
    std::vector<std::pair<NodeId, Axis>> m_layers;
};

// Whether a constant there is one number a channel that each user may have a copy of (biases, normalization, elementwise
// operands), rather than a layer's weight.
bool ownsItsConstant(const Node& node, std::size_t input);
// Types with the free extents of inputs set to numbers where that fits, so that Shape chains become known. The two kinds
// differ in these numbers where the model takes both.
enum class BatchNumbers
{
    Usual,
    Other
};
InferredTypes inferWithBatch(const Graph& graph, BatchNumbers which = BatchNumbers::Usual);

using ChannelRule = void (*)(ChannelWalk& walk, NodeId node);
// nullptr where none is known.
ChannelRule channelRule(const Node& node);
// Whether its rule passes on, or follows, the numbers of shape tensors that it reads.
bool followsShapeElements(const Node& node);

} // namespace hone
