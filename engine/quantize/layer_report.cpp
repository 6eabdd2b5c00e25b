// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/layer_report.h"

#include "quantize/layer_errors.h"
#include "quantize/layer_pairs.h"

#include <algorithm>

namespace hone
{
namespace
{

constexpr std::size_t reportSamples = 32;

// Of the integers behind a DequantizeLinear; 32 where there is none.
int bitsBehind(const Graph& graph, const GraphUses& uses, ValueId value)
{
    const auto producer = value.valid() ? uses.producer(value) : NodeId{};
    if (!producer.valid() || graph.node(producer).opType != "DequantizeLinear")
        return 32;
    const auto integers = graph.node(producer).inputs.at(0);
    if (graph.isConstant(integers))
        return static_cast<int>(elementBits(graph.value(integers).constant.dtype()));
    const auto zeroPoint = graph.node(producer).input(2);
    return graph.isConstant(zeroPoint) ? static_cast<int>(elementBits(graph.value(zeroPoint).constant.dtype())) : 8;
}

} // namespace

std::vector<QuantizedLayer> reportLayers(const Graph& floating, const Graph& quantized, const Dataset& dataset, int threads,
                                         const JobContext& job)
{
    const auto pairs = pairLayers(floating, quantized);
    if (std::ranges::all_of(pairs, &LayerPair::isInput))
        return {};
    const auto errors = measureLayerErrors({floating, quantized, pairs, dataset, reportSamples, threads}, job);
    const GraphUses uses(quantized);
    std::vector<QuantizedLayer> layers;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        if (pairs[i].isInput())
            continue;
        const auto& node = quantized.node(pairs[i].node);
        const int ofWeights = bitsBehind(quantized, uses, node.input(1));
        layers.push_back({pairs[i].name, std::min(ofWeights, bitsBehind(quantized, uses, pairs[i].restoredValue)), errors.layers[i].snrDb,
                          errors.layers[i].use ? errors.layers[i].use->saturatedShare : 0});
    }
    return layers;
}

} // namespace hone
