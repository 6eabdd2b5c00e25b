// SPDX-License-Identifier: GPL-3.0-or-later
// What a step reports to machines.
#include "project/step.h"

#include "project/record_json.h"
#include "tidy/tidy_json.h"

#include <nlohmann/json.hpp>

namespace hone
{

namespace
{

const char* keyOf(TargetKind kind)
{
    constexpr const char* keys[] = {"macs", "params", "bytes", "memory", "latencyMs"};
    return keys[static_cast<std::size_t>(kind)];
}

Json leftToJson(const std::vector<LayerLeft>& left)
{
    Json list = Json::array();
    for (const auto& layer : left)
        list.push_back({{"name", layer.name}, {"reason", layer.reason}});
    return list;
}

void addSparsity(const SparsityRecord& record, Json& json)
{
    std::int64_t weights = 0;
    std::int64_t zeros = 0;
    Json layers = Json::array();
    for (const auto& layer : record.layers) {
        weights += layer.weights;
        zeros += layer.zerosAfter;
        layers.push_back(
            {{"name", layer.name}, {"weights", layer.weights}, {"zerosBefore", layer.zerosBefore}, {"zerosAfter", layer.zerosAfter}});
    }
    json["sparsity"] = {{"sparsity", weights > 0 ? static_cast<double>(zeros) / static_cast<double>(weights) : 0.0},
                        {"layers", std::move(layers)},
                        {"left", leftToJson(record.left)}};
    json["compressedBytes"] = {{"before", record.compressedBytesBefore}, {"after", record.compressedBytesAfter}};
}

void addFactorization(const FactorizationRecord& record, Json& json)
{
    Json layers = Json::array();
    for (const auto& layer : record.layers)
        layers.push_back({{"name", layer.name},
                          {"rank", layer.rank},
                          {"fullRank", layer.fullRank},
                          {"energy", layer.energy},
                          {"macsBefore", layer.macsBefore},
                          {"macsAfter", layer.macsAfter}});
    json["factorization"] = {{"layers", std::move(layers)}, {"left", leftToJson(record.left)}};
}

void addQuantization(const QuantizationRecord& record, Json& json)
{
    const auto& kernels = record.kernels;
    Json unfused = Json::array();
    for (const auto& conversion : kernels.unfused)
        unfused.push_back(
            {{"name", conversion.name}, {"opType", conversion.opType}, {"value", conversion.value}, {"around", conversion.around}});
    json["integerNodes"] = kernels.integerNodes.size();
    json["floatNodes"] = kernels.floatNodes.size();
    if (record.calibrationSamples > 0)
        json["calibration"] = {
            {"samples", record.calibrationSamples}, {"seconds", record.calibrationSeconds}, {"peakBytes", record.calibrationPeakBytes}};
    if (!record.layers.empty())
        json["layers"] = Json::array();
    for (const auto& layer : record.layers)
        json["layers"].push_back(
            {{"name", layer.name}, {"bits", layer.bits}, {"snrDb", layer.snrDb}, {"saturatedShare", layer.saturatedShare}});
    if (!record.precision.empty())
        json["precision"] = Json::array();
    for (const auto& step : record.precision)
        json["precision"].push_back({{"floatLayers", step.floatLayers}, {"floatMacsShare", step.floatMacsShare}, {"drop", step.drop}});
    json["kernels"] = {{"integer", kernels.integerNodes}, {"float", kernels.floatNodes}, {"unfused", std::move(unfused)}};
}

} // namespace

Json toJson(const StepResult& result)
{
    Json json;
    json["before"] = toJson(result.before);
    json["after"] = toJson(result.after);
    json["seconds"] = result.seconds;
    json["output"] = result.output.string();
    json["sha256"] = result.sha256;
    if (!result.epochs.empty())
        json["epochs"] = epochsToJson(result.epochs);
    if (!result.groups.empty())
        json["groups"] = groupsToJson(result.groups);
    if (!result.pruneRounds.empty())
        json["rounds"] = roundsToJson(result.pruneRounds);
    if (result.target)
        json["target"] = {{"kind", keyOf(result.target->kind)},
                          {"before", result.target->before},
                          {"wanted", result.target->wanted},
                          {"after", result.target->after}};
    if (result.proofMaxAbsDifference)
        json["proof"] = {{"maxAbsDifference", *result.proofMaxAbsDifference}};
    if (result.proofMaxAbsDifferenceDouble)
        json["proof"]["maxAbsDifferenceDouble"] = *result.proofMaxAbsDifferenceDouble;
    else if (!result.proofDoubleLeftOut.empty())
        json["proof"]["doubleLeftOut"] = result.proofDoubleLeftOut;
    if (result.tidied) {
        json["changes"] = changesToJson(result.tidied->changes);
        json["graph"] = {{"before", toJson(result.tidied->before)}, {"after", toJson(result.tidied->after)}};
        if (result.tidied->maxRelativeDifference)
            json["maxRelativeDifference"] = *result.tidied->maxRelativeDifference;
    }
    if (result.compensation) {
        auto& compensation = json["compensation"];
        if (result.compensation->before)
            compensation["before"] = *result.compensation->before;
        if (result.compensation->after)
            compensation["after"] = *result.compensation->after;
        compensation["layers"] = Json::array();
        for (const auto& layer : result.compensation->solved)
            compensation["layers"].push_back(
                {{"name", layer.name}, {"errorBefore", layer.relativeErrorBefore}, {"errorAfter", layer.relativeErrorAfter}});
        compensation["left"] = Json::array();
        for (const auto& layer : result.compensation->left)
            compensation["left"].push_back({{"name", layer.name}, {"reason", layer.reason}});
    }
    if (result.sparsity)
        addSparsity(*result.sparsity, json);
    if (result.factorization)
        addFactorization(*result.factorization, json);
    if (result.quantization)
        addQuantization(*result.quantization, json);
    if (!result.notices.empty())
        json["notices"] = messagesToJson(result.notices);
    return json;
}

} // namespace hone
