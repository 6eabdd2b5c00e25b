// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/in_float.h"

#include "graph/shape_inference.h"
#include "quantize/range_use.h"

#include <algorithm>
#include <map>

namespace hone
{
namespace
{

Tensor repeated(const Tensor& number, std::int64_t count)
{
    Tensor result(number.dtype(), {count});
    const auto bytes = result.mutableBytes();
    for (std::size_t at = 0; at < bytes.size(); at += number.byteCount())
        std::ranges::copy(number.bytes(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
    return result;
}

class Restoring
{
public:
    Restoring(const Graph& floating, const Graph& quantized, const std::vector<LayerPair>& pairs, const std::set<std::size_t>& layers)
        : m_float(floating),
          m_uses(floating),
          m_types(inferShapes(floating)),
          m_pairs(pairs),
          m_layers(layers),
          m_result(quantized)
    {
        for (std::size_t i = 0; i < pairs.size(); ++i)
            m_layerOf[pairs[i].floatValue] = i;
    }

    Graph restore()
    {
        for (std::size_t i = 0; i < m_pairs.size(); ++i)
            if (m_layers.contains(i) && !m_pairs[i].isInput())
                restore(i);
        m_result.removeDeadNodes();
        m_result.sortTopologically();
        return std::move(m_result);
    }

private:
    // Topological, so that the layers before have been restored.
    void restore(std::size_t layer)
    {
        const auto& pair = m_pairs[layer];
        m_copied.clear();
        const auto value = computed(m_uses.producer(pair.floatValue), pair.floatValue);
        m_restored[layer] = value;
        const auto output = std::ranges::find(m_result.outputs, pair.restoredValue) - m_result.outputs.begin();
        // Its grid reads the new value from now on; what is on integers reads the grid, and nodes in float find the value in m_restored.
        m_result.replaceUses(pair.rawValue, value);
        if (output == static_cast<std::ptrdiff_t>(m_result.outputs.size()))
            return;
        const auto name = m_result.value(pair.restoredValue).name;
        m_result.value(value).type = m_result.value(pair.restoredValue).type;
        m_result.renameValue(pair.restoredValue, m_result.uniqueName("d"));
        m_result.renameValue(value, name);
        m_result.outputs[static_cast<std::size_t>(output)] = value;
    }

    // The float graph's value, from its layers' values in the result.
    ValueId read(ValueId value)
    {
        if (!value.valid())
            return {};
        if (const auto layer = m_layerOf.find(value); layer != m_layerOf.end()) {
            const auto restored = m_restored.find(layer->second);
            if (restored != m_restored.end())
                return restored->second;
            const auto& pair = m_pairs[layer->second];
            return pair.isInput() ? pair.rawValue : readFromGrid(layer->second);
        }
        if (m_float.isConstant(value)) {
            const auto [known, isNew] = m_constants.emplace(value, ValueId{});
            if (isNew)
                known->second = m_result.addConstant(m_float.value(value).name, m_float.value(value).constant);
            return known->second;
        }
        return computed(m_uses.producer(value), value);
    }

    ValueId readFromGrid(std::size_t layer)
    {
        const auto& pair = m_pairs[layer];
        const auto& shape = m_types.type(pair.floatValue).shape;
        if (!pair.quantizer.valid() || !shape || shape->size() < 2 || !(*shape)[1].isFixed() || !gridOf(m_result, pair.quantizer))
            return pair.restoredValue;
        const auto [known, isNew] = m_readings.emplace(layer, ValueId{});
        if (isNew)
            known->second = readForFloat(m_result, pair.quantizer, (*shape)[1].extent);
        return known->second;
    }

    // The copy of `value`, with its node.
    ValueId computed(NodeId producer, ValueId value)
    {
        if (const auto known = m_copied.find(value); known != m_copied.end())
            return known->second;
        Node node = m_float.node(producer);
        for (auto& input : node.inputs)
            input = read(input);
        for (auto& output : node.outputs) {
            if (!output.valid())
                continue;
            const auto copy = m_result.addComputed("f");
            m_copied[output] = copy;
            output = copy;
        }
        m_result.addNode(std::move(node));
        return m_copied.at(value);
    }

    const Graph& m_float;
    GraphUses m_uses;
    InferredTypes m_types;
    const std::vector<LayerPair>& m_pairs;
    const std::set<std::size_t>& m_layers;
    Graph m_result;
    std::map<ValueId, std::size_t> m_layerOf;
    std::map<std::size_t, ValueId> m_restored; // by layer
    std::map<ValueId, ValueId> m_copied;       // of the layer at hand
    std::map<ValueId, ValueId> m_constants;
    std::map<std::size_t, ValueId> m_readings; // by layer: from its grid, for nodes in float
};

} // namespace

ValueId readForFloat(Graph& graph, NodeId quantizer, std::int64_t channels)
{
    const auto inputs = graph.node(quantizer).inputs;
    const auto integers = graph.node(quantizer).outputs.at(0);
    Node node{.opType = "DequantizeLinear", .inputs = {integers}, .outputs = {graph.addComputed("d")}};
    node.name = graph.value(node.outputs[0]).name;
    for (std::size_t i = 1; i < inputs.size(); ++i)
        if (inputs[i].valid())
            node.inputs.push_back(graph.addConstant(i == 1 ? "s" : "z", repeated(graph.value(inputs[i]).constant, channels)));
    return graph.node(graph.addNode(std::move(node))).outputs[0];
}

Graph withLayersInFloat(const Graph& floating, const Graph& quantized, const std::vector<LayerPair>& pairs,
                        const std::set<std::size_t>& layers)
{
    return Restoring(floating, quantized, pairs, layers).restore();
}

} // namespace hone
