// SPDX-License-Identifier: GPL-3.0-or-later
#include "project/step_record.h"

#include "project/quantization_json.h"
#include "project/record_json.h"

#include <nlohmann/json.hpp>

#include <array>

namespace hone
{
namespace
{

constexpr std::array<const char*, 5> targetKeys = {"macs", "params", "bytes", "memory", "latencyMs"};

template<class T>
void readOptional(const Json& json, const char* key, std::optional<T>& value)
{
    if (json.contains(key))
        value = json.at(key).get<T>();
}

Json leftToJson(const std::vector<LayerLeft>& left)
{
    Json list = Json::array();
    for (const auto& layer : left)
        list.push_back({{"name", layer.name}, {"reason", layer.reason}});
    return list;
}

std::vector<LayerLeft> leftFromJson(const Json& json)
{
    std::vector<LayerLeft> left;
    for (const auto& item : json)
        left.push_back({item.at("name").get<std::string>(), item.at("reason").get<std::string>()});
    return left;
}

void addProof(const StepRecord& record, Json& json)
{
    if (record.proofMaxAbsDifference)
        json["proof"] = {{"maxAbsDifference", *record.proofMaxAbsDifference}};
    if (record.proofMaxAbsDifferenceDouble)
        json["proof"]["maxAbsDifferenceDouble"] = *record.proofMaxAbsDifferenceDouble;
    if (!record.proofDoubleLeftOut.empty())
        json["proof"]["doubleLeftOut"] = record.proofDoubleLeftOut;
}

void readProof(const Json& json, StepRecord& record)
{
    readOptional(json, "maxAbsDifference", record.proofMaxAbsDifference);
    readOptional(json, "maxAbsDifferenceDouble", record.proofMaxAbsDifferenceDouble);
    record.proofDoubleLeftOut = json.value("doubleLeftOut", std::string());
}

TargetRecord targetFromJson(const Json& json)
{
    TargetRecord target;
    const auto kind = json.at("kind").get<std::string>();
    for (std::size_t i = 0; i < targetKeys.size(); ++i)
        if (kind == targetKeys[i])
            target.kind = static_cast<TargetKind>(i);
    target.before = json.at("before").get<double>();
    target.wanted = json.at("wanted").get<double>();
    target.after = json.at("after").get<double>();
    return target;
}

Json compensationToJson(const CompensationRecord& record)
{
    Json json = Json::object();
    if (record.before)
        json["before"] = *record.before;
    if (record.after)
        json["after"] = *record.after;
    if (record.metric)
        json["metric"] = name(*record.metric);
    json["layers"] = Json::array();
    for (const auto& layer : record.solved)
        json["layers"].push_back(
            {{"name", layer.name}, {"errorBefore", layer.relativeErrorBefore}, {"errorAfter", layer.relativeErrorAfter}});
    json["left"] = leftToJson(record.left);
    return json;
}

CompensationRecord compensationFromJson(const Json& json)
{
    CompensationRecord record;
    readOptional(json, "before", record.before);
    readOptional(json, "after", record.after);
    record.metric = metricKindFromName(json.value("metric", std::string()));
    for (const auto& layer : json.at("layers"))
        record.solved.push_back(
            {layer.at("name").get<std::string>(), layer.at("errorBefore").get<double>(), layer.at("errorAfter").get<double>()});
    record.left = leftFromJson(json.at("left"));
    return record;
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

SparsityRecord sparsityFromJson(const Json& json, const Json& compressed)
{
    SparsityRecord record;
    for (const auto& layer : json.at("layers"))
        record.layers.push_back({layer.at("name").get<std::string>(), layer.at("weights").get<std::int64_t>(),
                                 layer.at("zerosBefore").get<std::int64_t>(), layer.at("zerosAfter").get<std::int64_t>()});
    record.left = leftFromJson(json.at("left"));
    record.compressedBytesBefore = compressed.at("before").get<std::int64_t>();
    record.compressedBytesAfter = compressed.at("after").get<std::int64_t>();
    return record;
}

Json factorizationToJson(const FactorizationRecord& record)
{
    Json layers = Json::array();
    for (const auto& layer : record.layers)
        layers.push_back({{"name", layer.name},
                          {"rank", layer.rank},
                          {"fullRank", layer.fullRank},
                          {"energy", layer.energy},
                          {"macsBefore", layer.macsBefore},
                          {"macsAfter", layer.macsAfter}});
    return {{"layers", std::move(layers)}, {"left", leftToJson(record.left)}};
}

FactorizationRecord factorizationFromJson(const Json& json)
{
    FactorizationRecord record;
    for (const auto& layer : json.at("layers"))
        record.layers.push_back({layer.at("name").get<std::string>(), layer.at("rank").get<std::int64_t>(),
                                 layer.at("fullRank").get<std::int64_t>(), layer.at("energy").get<double>(),
                                 layer.at("macsBefore").get<std::int64_t>(), layer.at("macsAfter").get<std::int64_t>()});
    record.left = leftFromJson(json.at("left"));
    return record;
}

} // namespace

Json recordToJson(const StepRecord& record)
{
    Json json = Json::object();
    if (!record.groups.empty())
        json["groups"] = groupsToJson(record.groups);
    if (!record.unprunable.empty())
        json["unprunable"] = leftToJson(record.unprunable);
    if (!record.pruneRounds.empty())
        json["rounds"] = roundsToJson(record.pruneRounds);
    if (record.target)
        json["target"] = {{"kind", targetKeys.at(static_cast<std::size_t>(record.target->kind))},
                          {"before", record.target->before},
                          {"wanted", record.target->wanted},
                          {"after", record.target->after}};
    addProof(record, json);
    if (record.compensation)
        json["compensation"] = compensationToJson(*record.compensation);
    if (record.sparsity)
        addSparsity(*record.sparsity, json);
    if (record.factorization)
        json["factorization"] = factorizationToJson(*record.factorization);
    if (record.quantization)
        addQuantization(*record.quantization, json);
    if (record.teacher)
        json["teacher"] = toJson(*record.teacher);
    return json;
}

void readRecord(const Json& json, StepRecord& record)
{
    const auto read = [&](const char* key, auto take) {
        if (json.contains(key))
            take(json.at(key));
    };
    read("groups", [&](const Json& groups) { record.groups = groupsFromJson(groups); });
    read("unprunable", [&](const Json& left) { record.unprunable = leftFromJson(left); });
    read("rounds", [&](const Json& rounds) { record.pruneRounds = roundsFromJson(rounds); });
    read("target", [&](const Json& target) { record.target = targetFromJson(target); });
    read("proof", [&](const Json& proof) { readProof(proof, record); });
    read("compensation", [&](const Json& compensation) { record.compensation = compensationFromJson(compensation); });
    read("sparsity", [&](const Json& sparsity) { record.sparsity = sparsityFromJson(sparsity, json.at("compressedBytes")); });
    read("kernels", [&](const Json&) { record.quantization = quantizationFromJson(json); });
    read("teacher", [&](const Json& teacher) { record.teacher = evaluationFromJson(teacher); });
    read("factorization", [&](const Json& factorization) { record.factorization = factorizationFromJson(factorization); });
}

} // namespace hone
