// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/quantize.h"

#include "quantize/dynamic.h"
#include "quantize/encodings.h"
#include "quantize/half_precision.h"
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

QuantizeResult quantizeStatically(const Graph& prepared, const Dataset& dataset, const QuantizeOptions& options, const JobContext& job)
{
    constexpr double calibrationShare = 0.95;
    const auto plan = planQuantization(prepared);
    if (plan.groups.empty())
        throw Error(MessageCode::NothingToQuantize, {{"detail", "no Conv, Gemm or MatMul with constant float32 weights"}});
    const auto calibration = calibrate(prepared, dataset, options, job.part(0, calibrationShare));
    job.checkStop();
    job.report({Activity::Quantizing, calibrationShare, {}, 0, 0, {}});
    const auto encodings = encodingsFromRanges(prepared, plan, calibration.ranges, options.activations);
    auto result = insertQdq(prepared, plan, encodings, options);
    result.calibrationSamples = calibration.samples;
    result.notices.insert(result.notices.begin(), calibration.notices.begin(), calibration.notices.end());
    return result;
}

QuantizeResult quantizePrepared(const Graph& prepared, const Dataset* dataset, const QuantizeOptions& options, const JobContext& job)
{
    switch (options.method) {
    case QuantizeMethod::Static: break;
    case QuantizeMethod::Dynamic: return quantizeDynamically(prepared, options, job);
    case QuantizeMethod::Weights: return quantizeWeightsOnly(prepared, options, job);
    case QuantizeMethod::Half: return toHalfPrecision(prepared, job);
    }
    return quantizeStatically(prepared, *dataset, options, job);
}

} // namespace

bool isQuantized(const Graph& graph)
{
    return std::ranges::any_of(graph.order(), [&](NodeId id) { return isQuantizationOperator(graph.node(id)); });
}

QuantizeResult quantize(const Graph& graph, const Dataset* dataset, const QuantizeOptions& options, const JobContext& job)
{
    requireConsistent(options);
    requireFloat(graph);
    if (readsSamples(options) && !dataset)
        throw Error(MessageCode::DataRequired, {{"step", "quantize"}});
    auto result = quantizePrepared(prepareForQuantization(graph), dataset, options, job);
    job.report({Activity::Quantizing, 1, {}, 0, 0, {}});
    return result;
}

QuantizeResult quantize(const Graph& graph, const Dataset& dataset, const QuantizeOptions& options, const JobContext& job)
{
    return quantize(graph, &dataset, options, job);
}

} // namespace hone
