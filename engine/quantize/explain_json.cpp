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

} // namespace hone
