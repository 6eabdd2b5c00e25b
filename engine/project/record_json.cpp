// SPDX-License-Identifier: GPL-3.0-or-later
#include "project/record_json.h"

#include "project/parameter_fields.h"

#include <nlohmann/json.hpp>

namespace hone
{
namespace
{

template<class T, class Convert>
Json listOf(const std::vector<T>& values, Convert convert)
{
    Json list = Json::array();
    for (const auto& value : values)
        list.push_back(convert(value));
    return list;
}

} // namespace

Json epochToJson(const EpochResult& epoch)
{
    Json json;
    json["epoch"] = epoch.epoch;
    json["trainLoss"] = epoch.trainLoss;
    if (!epoch.validation || epoch.validation->kind == MetricKind::Top1)
        json["validationTop1"] = epoch.validationTop1;
    if (epoch.validation)
        json["validation"] = toJson(*epoch.validation);
    json["samplesPerSecond"] = epoch.samplesPerSecond;
    json["learningRate"] = epoch.learningRate;
    return json;
}

EpochResult epochFromJson(const Json& json)
{
    EpochResult epoch;
    epoch.epoch = json.at("epoch").get<int>();
    epoch.trainLoss = json.at("trainLoss").get<double>();
    epoch.validationTop1 = json.value("validationTop1", 0.0);
    if (json.contains("validation"))
        epoch.validation = metricFromJson(json.at("validation"));
    epoch.samplesPerSecond = json.at("samplesPerSecond").get<double>();
    epoch.learningRate = json.at("learningRate").get<double>();
    return epoch;
}

Json epochsToJson(const std::vector<EpochResult>& epochs)
{
    return listOf(epochs, epochToJson);
}

namespace
{

template<class Enum>
std::string nameOfValue(Enum value)
{
    for (const auto& [candidate, name] : namesOf(Enum{}))
        if (candidate == value)
            return std::string(name);
    return {};
}

template<class Enum>
std::optional<Enum> valueOfName(std::string_view name)
{
    for (const auto& [value, known] : namesOf(Enum{}))
        if (known == name)
            return value;
    return std::nullopt;
}

} // namespace

std::string nameOf(ImportanceKind kind)
{
    return nameOfValue(kind);
}

std::optional<ImportanceKind> importanceOf(std::string_view name)
{
    return valueOfName<ImportanceKind>(name);
}

std::string nameOf(AttentionChannels attention)
{
    return nameOfValue(attention);
}

std::optional<AttentionChannels> attentionOf(std::string_view name)
{
    return valueOfName<AttentionChannels>(name);
}

Json roundsToJson(const std::vector<PruneRound>& rounds)
{
    return listOf(rounds, [](const PruneRound& round) {
        Json json;
        json["ratio"] = round.ratio;
        json["macs"] = round.macs;
        json["parameters"] = round.parameters;
        if (round.compensationBefore && round.compensationAfter)
            json["compensation"] = {{"before", *round.compensationBefore}, {"after", *round.compensationAfter}};
        return json;
    });
}

Json groupsToJson(const std::vector<PrunedGroup>& groups)
{
    return listOf(groups, [](const PrunedGroup& group) {
        Json json;
        json["name"] = group.name;
        json["layers"] = group.layers;
        json["followers"] = group.followers;
        json["readers"] = group.readers;
        json["channelsBefore"] = group.channelsBefore;
        json["channelsAfter"] = group.channelsAfter;
        json["importance"] = nameOf(group.importance);
        if (!group.reasons.empty())
            json["reasons"] = group.reasons;
        return json;
    });
}

std::vector<PrunedGroup> groupsFromJson(const Json& json)
{
    std::vector<PrunedGroup> groups;
    for (const auto& item : json) {
        auto& group = groups.emplace_back();
        group.name = item.at("name").get<std::string>();
        group.layers = item.at("layers").get<std::vector<std::string>>();
        group.followers = item.value("followers", std::vector<std::string>());
        group.readers = item.value("readers", std::vector<std::string>());
        group.channelsBefore = item.at("channelsBefore").get<std::int64_t>();
        group.channelsAfter = item.at("channelsAfter").get<std::int64_t>();
        if (item.contains("importance"))
            group.importance = importanceOf(item.at("importance").get<std::string>()).value_or(ImportanceKind::L1);
        group.reasons = item.value("reasons", std::vector<std::string>());
    }
    return groups;
}

std::vector<PruneRound> roundsFromJson(const Json& json)
{
    std::vector<PruneRound> rounds;
    for (const auto& item : json) {
        auto& round = rounds.emplace_back();
        round.ratio = item.at("ratio").get<double>();
        round.macs = item.at("macs").get<std::int64_t>();
        round.parameters = item.at("parameters").get<std::int64_t>();
        if (item.contains("compensation")) {
            round.compensationBefore = item.at("compensation").at("before").get<double>();
            round.compensationAfter = item.at("compensation").at("after").get<double>();
        }
    }
    return rounds;
}

} // namespace hone
