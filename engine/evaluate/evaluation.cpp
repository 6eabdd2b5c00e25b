// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluate/evaluation.h"

#include "core/message_json.h"
#include "evaluate/accuracy.h"
#include "graph/cost.h"
#include "onnx_io/onnx_io.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <system_error>

namespace hone
{
namespace
{

// Exporters keep tensors below this size inside of the file.
constexpr std::size_t smallestExternalBytes = 1024;

// Bytes that live beside the file: with external data the large tensors together don't fit into it.
std::int64_t externalBytes(const Graph& graph, std::int64_t fileBytes)
{
    std::int64_t large = 0;
    for (std::uint32_t i = 0; i < graph.valueCount(); ++i)
        if (const auto bytes = graph.value(ValueId{i}).constant.byteCount(); bytes >= smallestExternalBytes)
            large += static_cast<std::int64_t>(bytes);
    return large > fileBytes ? large : 0;
}

} // namespace

Interval wilsonInterval(std::size_t successes, std::size_t trials)
{
    if (trials == 0)
        return {0, 1};
    constexpr double z = 1.96;
    const auto n = static_cast<double>(trials);
    const double p = static_cast<double>(successes) / n;
    const double denominator = 1 + z * z / n;
    const double centre = (p + z * z / (2 * n)) / denominator;
    const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / denominator;
    return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

StaticFacts staticFacts(const std::filesystem::path& model, const Graph& graph)
{
    std::error_code error;
    const auto fileBytes = static_cast<std::int64_t>(std::filesystem::file_size(model, error));
    if (error)
        throw Error(MessageCode::FileUnreadable, {{"path", model.string()}, {"reason", error.message()}});
    const auto costs = cost(graph);
    return {fileBytes + externalBytes(graph, fileBytes), costs.parameters, costs.macs, costs.peakActivationBytes};
}

Evaluation evaluate(const std::filesystem::path& model, const Dataset* dataset, const EvaluateOptions& options,
                    const JobContext& job)
{
    constexpr double latencyShare = 0.1;
    const auto graph = readOnnx(model);
    Evaluation result;
    result.facts = staticFacts(model, graph);
    const double accuracyEnd = !options.latency ? 1 : dataset ? 1 - latencyShare : 0;
    if (dataset) {
        auto measured = measureAccuracy({model, graph, *dataset, options}, job.part(0, accuracyEnd));
        result.accuracy = std::move(measured.accuracy);
        result.notices = std::move(measured.notices);
    }
    if (options.latency) {
        LocalLatencyMeter local;
        auto& meter = options.meter ? *options.meter : local;
        result.latency = meter.measure(model, job.part(accuracyEnd, 1));
    }
    return result;
}

Json toJson(const Evaluation& evaluation)
{
    Json json = Json::object();
    if (const auto& accuracy = evaluation.accuracy) {
        json["split"] = std::string(name(accuracy->split));
        json["samples"] = accuracy->samples;
        json["top1"] = accuracy->top1;
        json["top1Low"] = accuracy->top1Low;
        json["top1High"] = accuracy->top1High;
        json["top5"] = accuracy->top5;
        json["loss"] = accuracy->loss;
        json["samplesPerSecond"] = accuracy->samplesPerSecond;
    }
    if (const auto& latency = evaluation.latency)
        json["latencyMs"] = {{"p50", latency->p50Ms}, {"p95", latency->p95Ms}};
    json["sizeBytes"] = evaluation.facts.sizeBytes;
    json["parameters"] = evaluation.facts.parameters;
    json["macs"] = evaluation.facts.macs;
    json["peakActivationBytes"] = evaluation.facts.peakActivationBytes;
    if (!evaluation.notices.empty())
        json["notices"] = messagesToJson(evaluation.notices);
    return json;
}

Evaluation evaluationFromJson(const Json& json)
{
    Evaluation evaluation;
    evaluation.facts = {json.value("sizeBytes", std::int64_t{0}), json.value("parameters", std::int64_t{0}),
                        json.value("macs", std::int64_t{0}), json.value("peakActivationBytes", std::int64_t{0})};
    if (json.contains("split")) {
        Accuracy accuracy;
        accuracy.split = splitFromName(json.at("split").get<std::string>());
        accuracy.samples = json.value("samples", std::size_t{0});
        accuracy.top1 = json.value("top1", 0.0);
        accuracy.top1Low = json.value("top1Low", 0.0);
        accuracy.top1High = json.value("top1High", 1.0);
        accuracy.top5 = json.value("top5", 0.0);
        accuracy.loss = json.value("loss", 0.0);
        accuracy.samplesPerSecond = json.value("samplesPerSecond", 0.0);
        evaluation.accuracy = std::move(accuracy);
    }
    if (json.contains("latencyMs")) {
        Latency latency;
        latency.p50Ms = json.at("latencyMs").value("p50", 0.0);
        latency.p95Ms = json.at("latencyMs").value("p95", 0.0);
        evaluation.latency = latency;
    }
    if (json.contains("notices"))
        evaluation.notices = messagesFromJson(json.at("notices"));
    return evaluation;
}

} // namespace hone
