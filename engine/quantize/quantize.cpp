// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/quantize.h"

#include "quantize/encodings.h"

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

QuantizeResult quantize(const Graph& graph, const Dataset& dataset, const QuantizeOptions& options, const JobContext& job)
{
    constexpr double calibrationShare = 0.95;
    requireFloat(graph);
    const auto prepared = prepareForQuantization(graph);
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
    job.report({Activity::Quantizing, 1, {}, 0, 0, {}});
    return result;
}

} // namespace hone
