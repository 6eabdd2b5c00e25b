// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/quantize.h"

#include "core/version.h"
#include "quantize/parameters.h"
#include "quantize/static_quantization.h"

#include <algorithm>

namespace hone
{
namespace
{

bool isQuantizationOperator(const Node& node)
{
    return node.opType == "QuantizeLinear" || node.opType == "DequantizeLinear" || node.opType == "DynamicQuantizeLinear" ||
           node.opType == "ConvInteger" || node.opType == "MatMulInteger" || node.opType.starts_with("QLinear") || node.opType == "QGemm" ||
           node.opType == "QAttention";
}

void requireFloat(const Graph& graph)
{
    if (isQuantized(graph))
        throw Error(MessageCode::AlreadyQuantized, {{"path", graph.name}});
}

} // namespace

bool isQuantized(const Graph& graph)
{
    return std::ranges::any_of(graph.order(), [&](NodeId id) { return isQuantizationOperator(graph.node(id)); });
}

QuantizeResult quantize(const QuantizeInput& input, const JobContext& job)
{
    requireFloat(input.graph);
    auto result = quantizeStatically({prepareForQuantization(input.graph), input.dataset, input.options, input.calibration}, job);
    if (input.options.weightRange == WeightRange::Automatic && input.options.bitsWeights == 8 && productsSaturateHere())
        result.notices.push_back({MessageCode::ReducedWeightRange, {{"processor", processorFacts()["processor"]}}});
    job.report({.activity = Activity::Quantizing, .fraction = 1});
    return result;
}

} // namespace hone
