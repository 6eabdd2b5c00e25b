// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/message_json.h"
#include "quantize/explain.h"

#include <nlohmann/json.hpp>

namespace hone
{
namespace
{

Json layerToJson(const ExplainedLayer& layer)
{
    Json json{
        {"name", layer.name}, {"opType", layer.opType}, {"value", layer.value}, {"snrDb", layer.snrDb}, {"snrAloneDb", layer.snrAloneDb}};
    if (layer.use) {
        json["saturatedShare"] = layer.use->saturatedShare;
        json["usedShare"] = layer.use->usedShare;
    }
    json["floatMicroseconds"] = layer.floatMicroseconds;
    json["quantizedMicroseconds"] = layer.quantizedMicroseconds;
    json["integer"] = layer.integer;
    json["floatKernels"] = layer.floatKernels;
    json["quantizedKernels"] = layer.quantizedKernels;
    return json;
}

Json rangesToJson(const std::vector<ExplainedLayer>& layers)
{
    Json ranges = Json::array();
    for (const auto& layer : layers) {
        if (!layer.use && !layer.weightDisparity)
            continue;
        Json json{{"layer", layer.name}};
        if (layer.use) {
            json["saturatedShare"] = layer.use->saturatedShare;
            json["usedShare"] = layer.use->usedShare;
            json["outlierRatio"] = layer.use->outlierRatio;
            if (layer.use->channelRatio)
                json["channelRatio"] = *layer.use->channelRatio;
        }
        if (layer.weightDisparity)
            json["weightDisparity"] = *layer.weightDisparity;
        ranges.push_back(std::move(json));
    }
    return ranges;
}

Json unfusedToJson(const std::vector<TimedConversion>& unfused)
{
    Json list = Json::array();
    for (const auto& [conversion, microseconds] : unfused)
        list.push_back({{"name", conversion.name},
                        {"opType", conversion.opType},
                        {"value", conversion.value},
                        {"around", conversion.around},
                        {"microseconds", microseconds}});
    return list;
}

Json totalsToJson(const SpeedTotals& totals)
{
    return {{"floatLatencyMs", totals.floatLatencyMs},
            {"quantizedLatencyMs", totals.quantizedLatencyMs},
            {"floatMicroseconds", totals.floatMicroseconds},
            {"quantizedMicroseconds", totals.quantizedMicroseconds},
            {"conversionMicroseconds", totals.conversionMicroseconds},
            {"integerNodes", totals.integerNodes},
            {"floatNodes", totals.floatNodes}};
}

Json weightsOnlyToJson(const WeightsOnlyProposal& proposal)
{
    return {{"method", "weights"},
            {"bits", 8},
            {"command", proposal.command},
            {"sizeBytes", proposal.sizeBytes},
            {"floatSizeBytes", proposal.floatSizeBytes},
            {"latencyMs", proposal.latencyMs},
            {"floatLatencyMs", proposal.floatLatencyMs},
            {"quantizedLatencyMs", proposal.quantizedLatencyMs},
            {"sentence", sentence(proposal)}};
}

ExplainedLayer layerFromJson(const Json& json)
{
    ExplainedLayer layer;
    layer.name = json.at("name").get<std::string>();
    layer.opType = json.at("opType").get<std::string>();
    layer.value = json.at("value").get<std::string>();
    layer.snrDb = json.at("snrDb").get<double>();
    layer.snrAloneDb = json.at("snrAloneDb").get<double>();
    if (json.contains("usedShare")) {
        layer.use.emplace().usedShare = json.at("usedShare").get<double>();
        layer.use->saturatedShare = json.at("saturatedShare").get<double>();
    }
    layer.floatMicroseconds = json.at("floatMicroseconds").get<double>();
    layer.quantizedMicroseconds = json.at("quantizedMicroseconds").get<double>();
    layer.integer = json.at("integer").get<bool>();
    layer.floatKernels = json.at("floatKernels").get<std::vector<std::string>>();
    layer.quantizedKernels = json.at("quantizedKernels").get<std::vector<std::string>>();
    return layer;
}

std::vector<TimedConversion> unfusedFromJson(const Json& json)
{
    std::vector<TimedConversion> unfused;
    for (const auto& each : json)
        unfused.push_back({.conversion = {.name = each.at("name").get<std::string>(),
                                          .opType = each.at("opType").get<std::string>(),
                                          .value = each.at("value").get<std::string>(),
                                          .around = each.at("around").get<std::vector<std::string>>()},
                           .microseconds = each.at("microseconds").get<double>()});
    return unfused;
}

SpeedTotals totalsFromJson(const Json& json)
{
    return {.floatLatencyMs = json.at("floatLatencyMs").get<double>(),
            .quantizedLatencyMs = json.at("quantizedLatencyMs").get<double>(),
            .floatMicroseconds = json.at("floatMicroseconds").get<double>(),
            .quantizedMicroseconds = json.at("quantizedMicroseconds").get<double>(),
            .conversionMicroseconds = json.at("conversionMicroseconds").get<double>(),
            .integerNodes = json.at("integerNodes").get<std::size_t>(),
            .floatNodes = json.at("floatNodes").get<std::size_t>()};
}

KeepFloatProposal proposalFromJson(const Json& json)
{
    return {.layers = json.at("keepFloat").get<std::vector<std::string>>(),
            .latencyMs = json.at("latencyMs").get<double>(),
            .floatLatencyMs = json.at("floatLatencyMs").get<double>(),
            .quantizedLatencyMs = json.at("quantizedLatencyMs").get<double>(),
            .command = json.at("command").get<std::string>()};
}

WeightsOnlyProposal weightsOnlyFromJson(const Json& json)
{
    return {.sizeBytes = json.at("sizeBytes").get<std::int64_t>(),
            .floatSizeBytes = json.at("floatSizeBytes").get<std::int64_t>(),
            .latencyMs = json.at("latencyMs").get<double>(),
            .floatLatencyMs = json.at("floatLatencyMs").get<double>(),
            .quantizedLatencyMs = json.at("quantizedLatencyMs").get<double>(),
            .command = json.at("command").get<std::string>()};
}

} // namespace

Json toJson(const Explanation& explanation)
{
    Json json{{"quantized", explanation.quantized.string()},
              {"float", explanation.floating.string()},
              {"split", std::string(name(explanation.split))},
              {"samples", explanation.samples}};
    json["layers"] = Json::array();
    for (const auto& layer : explanation.layers)
        json["layers"].push_back(layerToJson(layer));
    json["equalized"] = Json::array();
    for (const auto& layers : explanation.equalized)
        json["equalized"].push_back({{"first", layers.first},
                                     {"second", layers.second},
                                     {"channels", layers.factors.size()},
                                     {"largestFactor", layers.largestFactor()}});
    if (const auto& first = explanation.firstDivergence)
        json["firstDivergence"] = {{"layer", first->layer}, {"snrDb", first->snrDb}, {"before", first->before}, {"below", first->below}};
    json["ranges"] = rangesToJson(explanation.layers);
    json["floatNodes"] = explanation.floatNodes;
    json["unfused"] = unfusedToJson(explanation.unfused);
    json["processor"] = explanation.processor;
    json["totals"] = totalsToJson(explanation.totals);
    if (const auto& proposal = explanation.proposal)
        json["proposal"] = {{"keepFloat", proposal->layers},
                            {"command", proposal->command},
                            {"latencyMs", proposal->latencyMs},
                            {"floatLatencyMs", proposal->floatLatencyMs},
                            {"quantizedLatencyMs", proposal->quantizedLatencyMs}};
    if (const auto& proposal = explanation.weightsOnly)
        json["weightsOnly"] = weightsOnlyToJson(*proposal);
    json["advice"] = messagesToJson(explanation.advice);
    json["notices"] = messagesToJson(explanation.notices);
    return json;
}

Explanation explanationFromJson(const Json& json)
{
    Explanation explanation;
    explanation.quantized = json.at("quantized").get<std::string>();
    explanation.floating = json.at("float").get<std::string>();
    explanation.split = splitFromName(json.at("split").get<std::string>());
    explanation.samples = json.at("samples").get<std::size_t>();
    for (const auto& layer : json.at("layers"))
        explanation.layers.push_back(layerFromJson(layer));
    if (const auto first = json.find("firstDivergence"); first != json.end())
        explanation.firstDivergence = Divergence{.layer = first->at("layer").get<std::string>(),
                                                 .snrDb = first->at("snrDb").get<double>(),
                                                 .before = first->at("before").get<double>(),
                                                 .below = first->at("below").get<bool>()};
    explanation.floatNodes = json.at("floatNodes").get<std::vector<std::string>>();
    explanation.unfused = unfusedFromJson(json.at("unfused"));
    explanation.processor = json.at("processor").get<std::map<std::string, std::string>>();
    explanation.totals = totalsFromJson(json.at("totals"));
    if (const auto proposal = json.find("proposal"); proposal != json.end())
        explanation.proposal = proposalFromJson(*proposal);
    if (const auto proposal = json.find("weightsOnly"); proposal != json.end())
        explanation.weightsOnly = weightsOnlyFromJson(*proposal);
    explanation.advice = messagesFromJson(json.at("advice"));
    explanation.notices = messagesFromJson(json.at("notices"));
    return explanation;
}

} // namespace hone
