// SPDX-License-Identifier: GPL-3.0-or-later
// Concat, Split, Slice, Gather: axes that are joined and cut.
#include "prune/channel_rules.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace hone::rules
{
namespace
{

Axis pieceOf(const Axis& axis, std::int64_t from, std::int64_t to)
{
    return {to - from, {axis.atoms.begin() + from, axis.atoms.begin() + to}, axis.fixedBy};
}

Axis joinAxes(ChannelWalk& walk, NodeId id, const std::vector<Axis>& parts)
{
    ChannelPartition& partition = walk.partition();
    Axis joined = Axis::fixed(0);
    bool carries = false;
    for (const Axis& part : parts) {
        joined.extent = joined.extent < 0 || part.extent < 0 ? -1 : joined.extent + part.extent;
        carries = carries || part.carriesChannels();
        if (joined.fixedBy.empty())
            joined.fixedBy = part.fixedBy;
    }
    if (!carries)
        return joined;
    if (joined.extent < 0) {
        for (const Axis& part : parts)
            partition.lockAxis(part, walk.describe(id) + " joins it with an axis of unknown extent");
        return joined;
    }
    joined.fixedBy.clear();
    for (const Axis& part : parts) {
        const Axis atoms = partition.lockedAxis(part, walk.describe(id));
        joined.atoms.insert(joined.atoms.end(), atoms.atoms.begin(), atoms.atoms.end());
    }
    return joined;
}

} // namespace

void concat(ChannelWalk& walk, NodeId id)
{
    passShapeElements(walk, id);
    const Node& node = walk.graph().node(id);
    std::vector<AxisList> inputs;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
        const AxisList* axes = walk.axesOf(id, i);
        if (!axes || (!inputs.empty() && axes->size() != inputs.front().size()))
            return walk.refuse(id);
        inputs.push_back(*axes);
    }
    if (inputs.empty())
        return walk.refuse(id);
    const auto along = normalizeAxis(node.intAttribute("axis", 1), inputs.front().size());
    if (!along)
        return walk.refuse(id);
    AxisList out = inputs.front();
    for (std::size_t axis = 0; axis < out.size(); ++axis) {
        if (axis == *along)
            continue;
        for (std::size_t i = 1; i < inputs.size(); ++i) {
            walk.partition().uniteAxes(out[axis], inputs[i][axis], walk.describe(id));
            walk.noteCoupling(id, out[axis], inputs[i][axis]);
            if (inputs[i][axis].carriesChannels() && !out[axis].carriesChannels())
                out[axis] = inputs[i][axis];
        }
    }
    std::vector<Axis> parts;
    for (const AxisList& axes : inputs)
        parts.push_back(axes[*along]);
    out[*along] = joinAxes(walk, id, parts);
    walk.setAxes(id, 0, std::move(out));
}

void split(ChannelWalk& walk, NodeId id)
{
    const Node& node = walk.graph().node(id);
    const AxisList* x = walk.axesOf(id, 0);
    const auto along = x ? normalizeAxis(node.intAttribute("axis", 0), x->size()) : std::nullopt;
    if (!along)
        return walk.refuse(id);
    AxisList axes = *x;
    const Axis whole = axes[*along];
    const auto count = static_cast<std::int64_t>(node.outputs.size());
    const AxisArgument argument = axisArgument(walk, id, "split", 1);
    std::vector<std::int64_t> sizes;
    if (argument.given && argument.values) {
        sizes = *argument.values;
    } else if (!argument.given && whole.extent > 0 && count > 0) {
        const std::int64_t each = (whole.extent + count - 1) / count; // the last is smaller where it doesn't come out even
        for (std::int64_t left = whole.extent; static_cast<std::int64_t>(sizes.size()) < count; left -= each)
            sizes.push_back(std::min(each, left));
    }
    const bool fits = static_cast<std::int64_t>(sizes.size()) == count &&
                      std::all_of(sizes.begin(), sizes.end(), [](std::int64_t size) { return size > 0; }) &&
                      std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0}) == whole.extent;
    if (whole.carriesChannels() && !fits)
        return walk.refuse(id);
    std::int64_t from = 0;
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
        axes[*along] = Axis::fixed(fits ? sizes[i] : -1, whole.fixedBy);
        if (whole.carriesChannels()) {
            axes[*along] = pieceOf(whole, from, from + sizes[i]);
            walk.notePiece(axes[*along]);
            CountEdit edit;
            edit.place = CountEdit::Place::SplitSize;
            edit.node = id;
            edit.element = static_cast<std::int64_t>(i);
            edit.before = sizes[i];
            walk.addCount({std::move(edit), axes[*along].atoms});
            from += sizes[i];
        }
        walk.setAxes(id, i, axes);
    }
}

namespace
{

struct SliceRange
{
    std::size_t axis = 0;
    std::size_t position = 0; // in starts and ends
    std::int64_t start = 0;   // as written
    std::int64_t end = 0;
    std::int64_t step = 1;
};

// Attributes before opset 10, inputs since. None where they depend on the batch or aren't known.
std::optional<std::vector<std::int64_t>> writtenNumbers(ChannelWalk& walk, NodeId id, const std::string& attribute, std::size_t input)
{
    const Node& node = walk.graph().node(id);
    if (node.hasAttribute(attribute))
        return node.intsAttribute(attribute);
    const ValueId value = node.input(input);
    if (const Tensor* written = writtenConstant(walk.graph(), value, walk.uses().producer(value)))
        return toInt64s(*written);
    // Computed, but always the same: written down, so that they can follow.
    const auto elements = walk.elements().at(walk, id, input);
    if (!elements || !walk.elements().writeDown(walk, {id, input}))
        return {};
    std::vector<std::int64_t> numbers;
    for (const ShapeElement& element : *elements)
        numbers.push_back(*element.known);
    return numbers;
}

std::optional<std::vector<SliceRange>> sliceRanges(ChannelWalk& walk, NodeId id, std::size_t rank)
{
    const auto starts = writtenNumbers(walk, id, "starts", 1);
    const auto ends = writtenNumbers(walk, id, "ends", 2);
    const AxisArgument axes = axisArgument(walk, id, "axes", 3);
    const AxisArgument steps = axisArgument(walk, id, "steps", 4);
    if (!starts || !ends || starts->size() != ends->size() || (axes.given && !axes.values) || (steps.given && !steps.values))
        return {};
    std::vector<SliceRange> ranges;
    for (std::size_t k = 0; k < starts->size(); ++k) {
        const std::int64_t at = axes.given && k < axes.values->size() ? (*axes.values)[k] : static_cast<std::int64_t>(k);
        const auto axis = normalizeAxis(at, rank);
        if (!axis || (axes.given && axes.values->size() != starts->size()) || (steps.given && steps.values->size() != starts->size()))
            return {};
        ranges.push_back({*axis, k, (*starts)[k], (*ends)[k], steps.given ? (*steps.values)[k] : 1});
    }
    return ranges;
}

// A bound keeps its place between the same channels: those before it are counted, or, where it is negative, those behind.
void countBound(ChannelWalk& walk, NodeId id, const Axis& axis, const SliceRange& range, bool isStart)
{
    const std::int64_t written = isStart ? range.start : range.end;
    const std::int64_t place = written < 0 ? written + axis.extent : written;
    if (place <= 0 || place >= axis.extent)
        return;
    const bool isAttribute = walk.graph().node(id).hasAttribute("starts");
    CountEdit edit;
    edit.place = isAttribute ? CountEdit::Place::Attribute : CountEdit::Place::Input;
    edit.node = id;
    edit.attribute = isStart ? "starts" : "ends";
    edit.input = isStart ? 1 : 2;
    edit.element = static_cast<std::int64_t>(range.position);
    edit.before = written;
    edit.fromEnd = written < 0;
    const Axis counted = written < 0 ? pieceOf(axis, place, axis.extent) : pieceOf(axis, 0, place);
    walk.addCount({std::move(edit), counted.atoms});
}

// False where it can't be followed.
bool sliceAxis(ChannelWalk& walk, NodeId id, Axis& axis, const SliceRange& range)
{
    const auto bound = [&](std::int64_t written) {
        return std::clamp<std::int64_t>(written < 0 ? written + axis.extent : written, 0, axis.extent);
    };
    if (range.step != 1 || bound(range.start) >= bound(range.end))
        return false;
    const std::int64_t from = bound(range.start);
    const std::int64_t to = bound(range.end);
    if (from == 0 && to == axis.extent)
        return true;
    countBound(walk, id, axis, range, true);
    countBound(walk, id, axis, range, false);
    walk.notePiece(pieceOf(axis, 0, from));
    walk.notePiece(pieceOf(axis, from, to));
    walk.notePiece(pieceOf(axis, to, axis.extent));
    axis = pieceOf(axis, from, to);
    return true;
}

} // namespace

void slice(ChannelWalk& walk, NodeId id)
{
    const Node& node = walk.graph().node(id);
    passShapeElements(walk, id);
    const AxisList* x = walk.axesOf(id, 0);
    if (!x)
        return walk.refuse(id);
    AxisList axes = *x;
    const auto ranges = sliceRanges(walk, id, axes.size());
    if (!ranges) {
        for (std::size_t i = 1; i < node.inputs.size(); ++i)
            walk.elements().freezeInput(walk, id, i);
        // Bounds that are computed: the axes that they cut may still be known.
        const auto cut = axisArgument(walk, id, "axes", 3).values;
        const auto normal = cut ? normalizeAxes(*cut, axes.size()) : std::nullopt;
        if (!normal)
            return walk.refuse(id);
        for (const std::size_t axis : *normal) {
            walk.partition().lockAxis(axes[axis], walk.describe(id) + " cuts it where Hone can't follow");
            axes[axis] = Axis::fixed(-1, "the output of " + walk.describe(id));
        }
        return walk.setAxes(id, 0, std::move(axes));
    }
    for (const SliceRange& range : *ranges) {
        Axis& axis = axes[range.axis];
        if (axis.carriesChannels() && sliceAxis(walk, id, axis, range))
            continue;
        walk.partition().lockAxis(axis, walk.describe(id) + " cuts it where Hone can't follow");
        axis = Axis::fixed(-1, axis.fixedBy);
    }
    walk.setAxes(id, 0, std::move(axes));
}

void gather(ChannelWalk& walk, NodeId id)
{
    const Node& node = walk.graph().node(id);
    passShapeElements(walk, id);
    walk.elements().freezeInput(walk, id, 1);
    const AxisList* x = walk.axesOf(id, 0);
    const AxisList* picked = walk.axesOf(id, 1);
    const auto along = x ? normalizeAxis(walk.graph().node(id).intAttribute("axis", 0), x->size()) : std::nullopt;
    if (!along || !picked)
        return walk.refuse(id);
    const AxisList axes = *x;
    const AxisList indices = *picked;
    walk.partition().lockAxis(axes[*along], walk.describe(id) + " picks from it by number");
    lockFrom(walk, id, indices, 0);
    AxisList out(axes.begin(), axes.begin() + static_cast<std::ptrdiff_t>(*along));
    for (const Axis& index : indices)
        out.push_back(Axis::fixed(index.extent));
    out.insert(out.end(), axes.begin() + static_cast<std::ptrdiff_t>(*along) + 1, axes.end());
    // An embedding: its width is made here. Tables picked from by written numbers are weights that others have.
    const bool isEmbedding = *along == 0 && axes.size() == 2 && isFloatingPoint(walk.types().type(node.inputs[0]).dtype) &&
                             !walk.isDerivedFromConstants(node.outputs[0]) &&
                             (walk.graph().isConstant(node.inputs[0]) || walk.isDerivedFromConstants(node.inputs[0]));
    if (isEmbedding)
        walk.markMade(id, out.back());
    walk.setAxes(id, 0, std::move(out));
}

} // namespace hone::rules
