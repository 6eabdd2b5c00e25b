// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/quantize.h"

#include "quantize/dynamic.h"
#include "quantize/finite_weights.h"
#include "quantize/half_precision.h"
#include "quantize/static_quantization.h"
#include "quantize/weight_only.h"

#include <algorithm>
#include <set>

namespace hone
{
namespace
{

bool isQuantizationOperator(const Node& node)
{
    static const std::set<std::string, std::less<>> names = {
        "QuantizeLinear", "DequantizeLinear",    "DynamicQuantizeLinear", "ConvInteger", "MatMulInteger",       "QGemm",
        "QAttention",     "DynamicQuantizeLSTM", "DynamicQuantizeMatMul", "MatMulNBits", "MatMulIntegerToFloat"};
    return names.contains(node.opType) || node.opType.starts_with("QLinear");
}

void requireFloat(const Graph& graph)
{
    if (isQuantized(graph))
        throw Error(MessageCode::AlreadyQuantized, {{"path", graph.name}});
}

QuantizeResult quantizePrepared(const Graph& prepared, const QuantizeInput& input, const JobContext& job)
{
    switch (input.options.method) {
    case QuantizeMethod::Static: break;
    case QuantizeMethod::Dynamic: return quantizeDynamically(prepared, input.options, job);
    case QuantizeMethod::Weights: return quantizeWeightsOnly(prepared, input.options, job);
    case QuantizeMethod::Half: return toHalfPrecision(prepared, job);
    }
    return quantizeStatically({prepared, *input.dataset, input.options, input.calibration}, job);
}

} // namespace

bool isQuantized(const Graph& graph)
{
    return std::ranges::any_of(graph.order(), [&](NodeId id) { return isQuantizationOperator(graph.node(id)); });
}

QuantizeResult quantize(const QuantizeInput& input, const JobContext& job)
{
    requireConsistent(input.options);
    requireFloat(input.graph);
    if (readsSamples(input.options) && !input.dataset)
        throw Error(MessageCode::DataRequired, {{"step", "quantize"}});
    const auto prepared = prepareForQuantization(input.graph);
    requireFiniteWeights(prepared, input.graph.name);
    auto result = quantizePrepared(prepared, input, job);
    if (input.options.method != QuantizeMethod::Static)
        result.floating = prepared;
    job.report({.activity = Activity::Quantizing, .fraction = 1});
    return result;
}

} // namespace hone
