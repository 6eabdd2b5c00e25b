// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/layer_report.h"

#include "graph/shape_inference.h"
#include "quantize/layer_errors.h"
#include "quantize/layer_pairs.h"

#include <algorithm>

namespace hone
{
namespace
{

constexpr std::size_t reportSamples = 32;
constexpr int floatBits = 32;
constexpr int halfBits = 16;

class BitsReader
{
public:
    BitsReader(const Graph& quantized, int bitsWeights) : m_graph(quantized), m_uses(quantized), m_bitsWeights(bitsWeights) {}

    // Of the grid that a DequantizeLinear brings back, perhaps into another shape; none where there is none.
    std::optional<int> behind(ValueId value) const
    {
        auto producer = value.valid() ? m_uses.producer(value) : NodeId{};
        while (producer.valid() && isLayout(m_graph.node(producer).opType) && m_graph.node(producer).input(0).valid())
            producer = m_uses.producer(m_graph.node(producer).inputs[0]);
        if (!producer.valid() || m_graph.node(producer).opType != "DequantizeLinear")
            return std::nullopt;
        const auto integers = m_graph.node(producer).inputs.at(0);
        if (m_graph.isConstant(integers))
            return bitsOf(integers);
        const auto zeroPoint = m_graph.node(producer).input(2);
        return m_graph.isConstant(zeroPoint) ? bitsOf(zeroPoint) : 8;
    }

    // The fewest of any weights in these nodes; none where there are none.
    std::optional<int> ofWeights(const std::vector<NodeId>& nodes) const
    {
        std::optional<int> fewest;
        for (const NodeId id : nodes)
            if (const auto bits = ofWeights(m_graph.node(id)); bits && (!fewest || *bits < *fewest))
                fewest = bits;
        return fewest;
    }

private:
    int bitsOf(ValueId constant) const { return static_cast<int>(elementBits(m_graph.value(constant).constant.dtype())); }

    std::optional<int> ofWeights(const Node& node) const
    {
        if (node.opType == "MatMulNBits")
            return static_cast<int>(node.intAttribute("bits", 4));
        if (!isLayerOperator(node.opType))
            return std::nullopt;
        const auto weights = node.input(node.opType.starts_with("Q") ? 3 : 1); // behind what it reads and its grid
        if (m_graph.isConstant(weights))
            return bitsOf(weights);
        const auto stored = behind(weights);
        return stored ? std::optional(std::min(*stored, m_bitsWeights)) : std::nullopt;
    }

    const Graph& m_graph;
    GraphUses m_uses;
    int m_bitsWeights;
};

} // namespace

std::vector<QuantizedLayer> reportLayers(const Graph& floating, const Graph& quantized, const Dataset* dataset,
                                         const LayerReportOptions& options, const JobContext& job)
{
    const auto pairs = pairLayers(floating, quantized);
    if (std::ranges::all_of(pairs, &LayerPair::isInput))
        return {};
    std::optional<LayerErrors> errors;
    if (dataset)
        errors = measureLayerErrors({floating, quantized, pairs, *dataset, reportSamples, options.threads}, job);
    const BitsReader bits(quantized, options.bitsWeights);
    const auto types = inferShapes(quantized);
    std::vector<QuantizedLayer> layers;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        if (pairs[i].isInput())
            continue;
        const auto ofWeights = bits.ofWeights(pairs[i].quantizedNodes);
        const bool isHalf = types.type(pairs[i].restoredValue).dtype == DType::Float16;
        const auto ofValue = bits.behind(pairs[i].restoredValue);
        QuantizedLayer layer{pairs[i].name, ofWeights.value_or(ofValue.value_or(isHalf ? halfBits : floatBits)), ofValue, {}, {}};
        if (errors) {
            layer.snrDb = errors->layers[i].snrDb;
            if (errors->layers[i].use)
                layer.saturatedShare = errors->layers[i].use->saturatedShare;
        }
        layers.push_back(std::move(layer));
    }
    return layers;
}

} // namespace hone
