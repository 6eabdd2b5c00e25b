// SPDX-License-Identifier: GPL-3.0-or-later
// The original as it computes when nobody reads the channels that are to leave.
#include "core/error.h"
#include "prune/channel_removal.h"
#include "prune/channel_walk.h"
#include "prune/surgery_proof.h"
#include "prune/tensor_slicing.h"

#include <algorithm>
#include <set>

namespace hone
{
namespace
{

Tensor onesAndZeros(DType dtype, const Dimensions& shape, const std::vector<std::int64_t>& zeros)
{
    const auto fill = [&]<class T>(T one) {
        Tensor mask(dtype, shape);
        auto* numbers = reinterpret_cast<T*>(mask.mutableBytes().data());
        std::fill_n(numbers, mask.size(), one);
        for (const std::int64_t position : zeros)
            numbers[position] = T{0};
        return mask;
    };
    switch (dtype) {
    case DType::Float64: return fill(1.0);
    case DType::Float16: return fill(std::uint16_t{0x3C00});
    case DType::BFloat16: return fill(std::uint16_t{0x3F80});
    default: return fill(1.0F);
    }
}

class Masking
{
public:
    explicit Masking(const Graph& graph) : m_types(inferWithBatch(graph)), m_graph(graph) {}

    void zero(const Reading& reading, const std::vector<std::int64_t>& removed)
    {
        const ValueId value = m_graph.node(reading.node).inputs[reading.input];
        if (m_graph.isConstant(value)) {
            const Tensor& whole = m_graph.value(value).constant;
            setInput(reading.node, reading.input, m_graph.addConstant(m_graph.value(value).name, withZeros(whole, reading.axis, removed)));
            return;
        }
        // [channels, 1, ...] broadcasts from the right.
        Dimensions shape(static_cast<std::size_t>(reading.rank - reading.axis), 1);
        shape[0] = reading.extent;
        const ValueId read = value.index < m_types.types.size() ? value : ValueId{};
        const DType dtype = read.valid() && isFloatingPoint(m_types.type(read).dtype) ? m_types.type(read).dtype : DType::Float32;
        const ValueId factor = m_graph.addConstant("hone_mask", onesAndZeros(dtype, shape, removed));
        setInput(reading.node, reading.input, insertBefore(reading.node, "Mul", {value, factor}, {}));
    }

    // The node sees the channels that stay alone. Its outputs get their extent back; what stands in the
    // places of removed channels is nothing that anybody reads.
    void restrict(const Restriction& restriction, const std::vector<std::int64_t>& removed)
    {
        std::vector<std::int64_t> stay;
        std::vector<std::int64_t> place; // of each channel among those that stay; anywhere for the others
        const std::set<std::int64_t> gone(removed.begin(), removed.end());
        for (std::int64_t i = 0; i < restriction.extent; ++i) {
            place.push_back(gone.contains(i) ? 0 : static_cast<std::int64_t>(stay.size()));
            if (!gone.contains(i))
                stay.push_back(i);
        }
        const ValueId chosen = indices("hone_stay", stay);
        for (const auto& [index, axis] : restriction.inputs) {
            const ValueId value = m_graph.node(restriction.node).inputs[index];
            setInput(restriction.node, index, insertBefore(restriction.node, "Gather", {value, chosen}, axisOf(axis)));
        }
        const ValueId back = restriction.outputs.empty() ? ValueId{} : indices("hone_place", place);
        for (const auto& [index, axis] : restriction.outputs) {
            const ValueId whole = m_graph.node(restriction.node).outputs[index];
            const ValueId narrow = m_graph.addComputed("hone_restricted");
            m_graph.node(restriction.node).outputs[index] = narrow;
            Node spread = makeNode("Gather", {narrow, back}, axisOf(axis));
            spread.outputs = {whole};
            m_graph.insertNodeAfter(restriction.node, std::move(spread));
        }
    }

    Graph take() { return std::move(m_graph); }

private:
    using Attributes = std::map<std::string, Attribute>;

    static Attributes axisOf(int axis) { return {{"axis", static_cast<std::int64_t>(axis)}}; }

    ValueId indices(const std::string& name, const std::vector<std::int64_t>& numbers)
    {
        return m_graph.addConstant(name, Tensor::of<std::int64_t>({static_cast<std::int64_t>(numbers.size())}, numbers));
    }

    void setInput(NodeId node, std::size_t input, ValueId value) { m_graph.node(node).inputs[input] = value; }

    Node makeNode(const std::string& type, std::vector<ValueId> inputs, Attributes attributes)
    {
        Node node;
        node.name = m_graph.uniqueName("hone_mask");
        node.opType = type;
        node.inputs = std::move(inputs);
        node.attributes = std::move(attributes);
        return node;
    }

    ValueId insertBefore(NodeId next, const std::string& type, std::vector<ValueId> inputs, Attributes attributes)
    {
        Node node = makeNode(type, std::move(inputs), std::move(attributes));
        const ValueId output = m_graph.addComputed("hone_masked");
        node.outputs = {output};
        m_graph.insertNodeBefore(next, std::move(node));
        return output;
    }

    InferredTypes m_types; // of the original
    Graph m_graph;
};

} // namespace

Graph maskChannels(const Graph& graph, const DependencyGraph& dependencies, const KeptChannels& kept)
{
    const RemovedChannels removed(dependencies, kept);
    Masking masking(graph);
    for (std::size_t g = 0; g < dependencies.groups.size(); ++g)
        for (const Reading& reading : dependencies.groups[g].readings)
            if (const auto positions = removed.positions(g, reading.positions); !positions.empty())
                masking.zero(reading, positions);
    for (const Restriction& restriction : dependencies.restrictions) {
        std::vector<std::int64_t> positions;
        for (const auto& [position, channel] : restriction.channels)
            if (removed.contains(channel))
                positions.push_back(position);
        if (!positions.empty())
            masking.restrict(restriction, positions);
    }
    return masking.take();
}

} // namespace hone
