// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluate/evaluation.h"

#include "core/message_json.h"

#include <nlohmann/json.hpp>

namespace hone
{
namespace
{

void write(Json& json, const Accuracy& accuracy)
{
    json["split"] = std::string(name(accuracy.split));
    json["samples"] = accuracy.samples;
    json["top1"] = accuracy.top1;
    json["top1Low"] = accuracy.top1Low;
    json["top1High"] = accuracy.top1High;
    json["top5"] = accuracy.top5;
    json["loss"] = accuracy.loss;
    json["samplesPerSecond"] = accuracy.samplesPerSecond;
}

void write(Json& json, const RegressionErrors& errors)
{
    json["split"] = std::string(name(errors.split));
    json["samples"] = errors.samples;
    json["mae"] = errors.mae;
    json["maeLow"] = errors.maeLow;
    json["maeHigh"] = errors.maeHigh;
    json["rmse"] = errors.rmse;
    json["samplesPerSecond"] = errors.samplesPerSecond;
}

void write(Json& json, const AnomalyDetection& found)
{
    json["split"] = std::string(name(found.split));
    json["samples"] = found.normals + found.anomalies;
    json["normals"] = found.normals;
    json["anomalies"] = found.anomalies;
    if (found.auc) {
        json["auc"] = *found.auc;
        json["aucLow"] = found.aucLow;
        json["aucHigh"] = found.aucHigh;
    }
    json["normalError"] = found.normalError;
    json["normalErrorLow"] = found.normalErrorLow;
    json["normalErrorHigh"] = found.normalErrorHigh;
    json["anomalyError"] = found.anomalyError;
    json["samplesPerSecond"] = found.samplesPerSecond;
}

void write(Json& json, const OutputAgreement& output)
{
    json["cosine"] = output.cosine;
    json["snrDb"] = output.snrDb;
    if (output.sameTop1)
        json["sameTop1"] = *output.sameTop1;
}

void write(Json& json, const Agreement& agreement)
{
    if (agreement.split)
        json["split"] = std::string(name(*agreement.split));
    json["samples"] = agreement.samples;
    json["reference"] = agreement.reference.string();
    write(json, agreement.least());
    json["outputs"] = Json::array();
    for (const auto& output : agreement.outputs) {
        Json entry = {{"name", output.name}};
        write(entry, output);
        entry["cosineLow"] = output.cosineLow;
        entry["cosineHigh"] = output.cosineHigh;
        json["outputs"].push_back(std::move(entry));
    }
    json["samplesPerSecond"] = agreement.samplesPerSecond;
}

Split splitOf(const Json& json)
{
    return splitFromName(json.value("split", "validation"));
}

Accuracy accuracyFrom(const Json& json)
{
    Accuracy accuracy;
    accuracy.split = splitOf(json);
    accuracy.samples = json.value("samples", std::size_t{0});
    accuracy.top1 = json.value("top1", 0.0);
    accuracy.top1Low = json.value("top1Low", 0.0);
    accuracy.top1High = json.value("top1High", 1.0);
    accuracy.top5 = json.value("top5", 0.0);
    accuracy.loss = json.value("loss", 0.0);
    accuracy.samplesPerSecond = json.value("samplesPerSecond", 0.0);
    return accuracy;
}

RegressionErrors regressionFrom(const Json& json)
{
    return {.split = splitOf(json),
            .samples = json.value("samples", std::size_t{0}),
            .mae = json.value("mae", 0.0),
            .maeLow = json.value("maeLow", 0.0),
            .maeHigh = json.value("maeHigh", 0.0),
            .rmse = json.value("rmse", 0.0),
            .samplesPerSecond = json.value("samplesPerSecond", 0.0)};
}

AnomalyDetection anomalyFrom(const Json& json)
{
    AnomalyDetection found{
        .split = splitOf(json), .normals = json.value("normals", std::size_t{0}), .anomalies = json.value("anomalies", std::size_t{0})};
    if (json.contains("auc")) {
        found.auc = json.at("auc").get<double>();
        found.aucLow = json.value("aucLow", 0.0);
        found.aucHigh = json.value("aucHigh", 1.0);
    }
    found.normalError = json.value("normalError", 0.0);
    found.normalErrorLow = json.value("normalErrorLow", 0.0);
    found.normalErrorHigh = json.value("normalErrorHigh", 0.0);
    found.anomalyError = json.value("anomalyError", 0.0);
    found.samplesPerSecond = json.value("samplesPerSecond", 0.0);
    return found;
}

std::optional<Agreement> agreementFrom(const Json& json)
{
    Agreement agreement;
    agreement.reference = json.value("reference", std::string());
    if (json.contains("split"))
        agreement.split = splitOf(json);
    agreement.samples = json.value("samples", std::size_t{0});
    agreement.samplesPerSecond = json.value("samplesPerSecond", 0.0);
    for (const auto& entry : json.value("outputs", Json::array())) {
        OutputAgreement output{.name = entry.value("name", std::string()),
                               .cosine = entry.value("cosine", 0.0),
                               .cosineLow = entry.value("cosineLow", -1.0),
                               .cosineHigh = entry.value("cosineHigh", 1.0),
                               .snrDb = entry.value("snrDb", 0.0)};
        if (entry.contains("sameTop1"))
            output.sameTop1 = entry.at("sameTop1").get<double>();
        agreement.outputs.push_back(std::move(output));
    }
    return agreement.outputs.empty() ? std::nullopt : std::optional(std::move(agreement));
}

// Reports from before there were tasks are a classifier's.
std::optional<Task> taskOf(const Json& json)
{
    if (json.contains("task"))
        return taskFromName(json.at("task").get<std::string>());
    return json.contains("split") ? std::optional(Task::Classification) : std::nullopt;
}

} // namespace

Json toJson(const Evaluation& evaluation)
{
    Json json = Json::object();
    if (const auto task = taskOf(evaluation))
        json["task"] = std::string(name(*task));
    if (const auto metric = metricOf(evaluation))
        json["metric"] = toJson(*metric);
    const auto add = [&](const auto& part) {
        if (part)
            write(json, *part);
    };
    add(evaluation.accuracy);
    add(evaluation.regression);
    add(evaluation.anomaly);
    add(evaluation.agreement);
    if (const auto& latency = evaluation.latency)
        json["latencyMs"] = {{"p50", latency->p50Ms}, {"p95", latency->p95Ms}};
    json["sizeBytes"] = evaluation.facts.sizeBytes;
    if (evaluation.facts.compressedBytes)
        json["compressedBytes"] = *evaluation.facts.compressedBytes;
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
    if (json.contains("compressedBytes"))
        evaluation.facts.compressedBytes = json.at("compressedBytes").get<std::int64_t>();
    if (const auto task = taskOf(json)) {
        switch (*task) {
        case Task::Classification: evaluation.accuracy = accuracyFrom(json); break;
        case Task::Regression: evaluation.regression = regressionFrom(json); break;
        case Task::Anomaly: evaluation.anomaly = anomalyFrom(json); break;
        case Task::Agreement: evaluation.agreement = agreementFrom(json); break;
        }
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
