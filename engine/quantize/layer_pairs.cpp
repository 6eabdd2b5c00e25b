// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/layer_pairs.h"

#include "graph/shape_inference.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace hone
{
namespace
{

constexpr std::string_view suffixes[] = {"_QuantizeLinear_Input", "_half"};

bool isConversion(const Node& node)
{
    return node.opType == "QuantizeLinear" || node.opType == "DequantizeLinear";
}

// What walking back from a layer's value meets before the values of other layers.
struct Walk
{
    std::vector<NodeId> nodes;
    std::vector<std::size_t> reads;
};

class Matcher
{
public:
    Matcher(const Graph& floating, const Graph& quantized)
        : m_float(floating),
          m_quantized(quantized),
          m_floatUses(floating),
          m_quantizedUses(quantized),
          m_floatTypes(inferShapes(floating))
    {}

    std::vector<LayerPair> pairs()
    {
        for (const auto input : m_quantized.inputs)
            add(input, {});
        for (const auto id : m_quantized.order()) {
            const auto& node = m_quantized.node(id);
            if (isConversion(node) || isLayout(node.opType))
                continue;
            for (const auto output : node.outputs)
                if (output.valid())
                    add(output, id);
        }
        for (std::size_t i = 0; i < m_pairs.size(); ++i)
            walk(i);
        return std::move(m_pairs);
    }

private:
    // Computed or fed, and made of floats.
    std::optional<ValueId> floatValue(const std::string& name) const
    {
        const auto found = m_float.findValue(name);
        if (!found || m_float.isConstant(*found) || m_floatTypes.type(*found).dtype != DType::Float32)
            return std::nullopt;
        return found;
    }

    void add(ValueId raw, NodeId node)
    {
        LayerPair pair;
        pair.rawValue = pair.restoredValue = raw;
        pair.node = node;
        for (const auto& use : m_quantizedUses.users(raw)) {
            if (m_quantized.node(use.node).opType != "QuantizeLinear" || use.input != 0)
                continue;
            if (!pair.quantizer.valid())
                pair.quantizer = use.node;
            for (const auto& reader : m_quantizedUses.users(m_quantized.node(use.node).outputs.at(0)))
                if (m_quantized.node(reader.node).opType == "DequantizeLinear" && reader.input == 0)
                    pair.restored.push_back(m_quantized.node(reader.node).outputs.at(0));
        }
        if (pair.restored.empty())
            pair.quantizer = {};
        else
            pair.restoredValue = pair.restored.front();
        const auto matched = match(pair);
        if (!matched || m_layerOfFloat.contains(*matched))
            return;
        pair.floatValue = *matched;
        pair.name = node.valid() ? m_quantized.node(node).name : m_quantized.value(raw).name;
        pair.opType = node.valid() ? m_quantized.node(node).opType : "Input";
        const auto place = m_pairs.size();
        m_layerOfFloat[*matched] = place;
        m_layerOfQuantized[raw] = place;
        for (const auto value : pair.restored)
            m_layerOfQuantized[value] = place;
        m_pairs.push_back(std::move(pair));
    }

    std::optional<ValueId> match(const LayerPair& pair) const
    {
        auto name = m_quantized.value(pair.rawValue).name;
        if (const auto direct = floatValue(name))
            return direct;
        for (const auto value : pair.restored)
            if (const auto behind = floatValue(m_quantized.value(value).name))
                return behind;
        for (const auto suffix : suffixes)
            if (name.ends_with(suffix))
                return floatValue(name.substr(0, name.size() - suffix.size()));
        return std::nullopt;
    }

    // Nodes in their graph's order.
    static Walk walkBack(const Graph& graph, const GraphUses& uses, const std::map<ValueId, std::size_t>& layers,
                         const std::vector<ValueId>& from, std::size_t own)
    {
        std::set<NodeId> nodes;
        std::set<std::size_t> reads;
        std::set<ValueId> seen;
        std::vector<ValueId> open = from;
        while (!open.empty()) {
            const auto value = open.back();
            open.pop_back();
            if (!value.valid() || graph.isConstant(value) || !seen.insert(value).second)
                continue;
            if (const auto layer = layers.find(value); layer != layers.end() && layer->second != own) {
                reads.insert(layer->second);
                continue;
            }
            const auto producer = uses.producer(value);
            if (!producer.valid() || !nodes.insert(producer).second)
                continue;
            const auto& inputs = graph.node(producer).inputs;
            open.insert(open.end(), inputs.begin(), inputs.end());
        }
        Walk walk;
        for (const auto id : graph.order())
            if (nodes.contains(id))
                walk.nodes.push_back(id);
        walk.reads.assign(reads.begin(), reads.end());
        return walk;
    }

    void walk(std::size_t place)
    {
        auto& pair = m_pairs[place];
        auto from = pair.restored;
        from.push_back(pair.rawValue);
        auto quantized = walkBack(m_quantized, m_quantizedUses, m_layerOfQuantized, from, place);
        pair.reads = std::move(quantized.reads);
        pair.quantizedNodes = std::move(quantized.nodes);
        pair.floatNodes = walkBack(m_float, m_floatUses, m_layerOfFloat, {pair.floatValue}, place).nodes;
        if (!pair.isInput())
            pair.name = nameOf(pair);
    }

    std::string nameOf(const LayerPair& pair) const
    {
        for (const auto id : pair.floatNodes)
            if (const auto& node = m_float.node(id); isLayerOperator(node.opType) && m_float.isConstant(node.input(1)))
                return node.name;
        return m_float.findNode(pair.name) || pair.floatNodes.empty() ? pair.name : m_float.node(pair.floatNodes.back()).name;
    }

    const Graph& m_float;
    const Graph& m_quantized;
    GraphUses m_floatUses;
    GraphUses m_quantizedUses;
    InferredTypes m_floatTypes;
    std::vector<LayerPair> m_pairs;
    std::map<ValueId, std::size_t> m_layerOfFloat;
    std::map<ValueId, std::size_t> m_layerOfQuantized;
};

} // namespace

bool isLayout(std::string_view opType)
{
    static const std::set<std::string, std::less<>> names = {"Reshape",   "Flatten",  "Squeeze", "Unsqueeze",
                                                             "Transpose", "Identity", "Dropout", "Shape"};
    return names.contains(opType);
}

bool isLayerOperator(std::string_view opType)
{
    static const std::set<std::string, std::less<>> names = {"Conv",
                                                             "ConvTranspose",
                                                             "Gemm",
                                                             "MatMul",
                                                             "LSTM",
                                                             "GRU",
                                                             "RNN",
                                                             "FusedConv",
                                                             "FusedGemm",
                                                             "FusedMatMul",
                                                             "ConvInteger",
                                                             "MatMulInteger",
                                                             "MatMulIntegerToFloat",
                                                             "DynamicQuantizeMatMul",
                                                             "DynamicQuantizeLSTM",
                                                             "MatMulNBits",
                                                             "QGemm",
                                                             "QLinearConv",
                                                             "QLinearMatMul"};
    return names.contains(opType);
}

std::vector<LayerPair> pairLayers(const Graph& floating, const Graph& quantized)
{
    return Matcher(floating, quantized).pairs();
}

} // namespace hone
