// SPDX-License-Identifier: GPL-3.0-or-later
#include "project/quantization_json.h"

#include <nlohmann/json.hpp>

namespace hone
{

namespace
{

void addOptional(Json& json, const char* key, const std::optional<double>& value)
{
    if (value)
        json[key] = *value;
}

void readOptional(const Json& json, const char* key, std::optional<double>& value)
{
    if (json.contains(key))
        value = json.at(key).get<double>();
}

Json repairsToJson(const RepairGains& gains)
{
    Json json = {{"split", name(gains.split)}, {"samples", gains.samples}};
    if (gains.kind)
        json["metric"] = name(*gains.kind);
    addOptional(json, "float", gains.floatMetric);
    json["stages"] = Json::array();
    for (const auto& stage : gains.stages) {
        Json item = {{"name", stage.name}, {"snrDb", stage.snrDb}};
        addOptional(item, "value", stage.metric);
        addOptional(item, "sameTop1", stage.sameTop1);
        json["stages"].push_back(std::move(item));
    }
    return json;
}

RepairGains repairsFromJson(const Json& json)
{
    RepairGains gains;
    gains.split = splitFromName(json.at("split").get<std::string>());
    gains.samples = json.at("samples").get<std::size_t>();
    gains.kind = metricKindFromName(json.value("metric", std::string()));
    readOptional(json, "float", gains.floatMetric);
    for (const auto& item : json.at("stages")) {
        auto& stage = gains.stages.emplace_back(RepairStage{item.at("name").get<std::string>(), {}, item.at("snrDb").get<double>(), {}});
        readOptional(item, "value", stage.metric);
        readOptional(item, "sameTop1", stage.sameTop1);
    }
    return gains;
}

Json layerToJson(const QuantizedLayer& layer)
{
    Json json = {{"name", layer.name}, {"bits", layer.bits}};
    addOptional(json, "snrDb", layer.snrDb);
    if (layer.activationBits)
        json["activationBits"] = *layer.activationBits;
    addOptional(json, "saturatedShare", layer.saturatedShare);
    return json;
}

QuantizedLayer layerFromJson(const Json& json)
{
    QuantizedLayer layer{json.at("name").get<std::string>(), json.at("bits").get<int>(), {}, {}, {}};
    readOptional(json, "snrDb", layer.snrDb);
    if (json.contains("activationBits"))
        layer.activationBits = json.at("activationBits").get<int>();
    readOptional(json, "saturatedShare", layer.saturatedShare);
    return layer;
}

} // namespace

void addQuantization(const QuantizationRecord& record, Json& json)
{
    const auto& kernels = record.kernels;
    Json unfused = Json::array();
    for (const auto& conversion : kernels.unfused)
        unfused.push_back(
            {{"name", conversion.name}, {"opType", conversion.opType}, {"value", conversion.value}, {"around", conversion.around}});
    json["integerNodes"] = kernels.integerNodes.size();
    json["floatNodes"] = kernels.floatNodes.size();
    json["kernels"] = {{"integer", kernels.integerNodes}, {"float", kernels.floatNodes}, {"unfused", std::move(unfused)}};
    if (record.calibrationSamples > 0)
        json["calibration"] = {
            {"samples", record.calibrationSamples}, {"seconds", record.calibrationSeconds}, {"peakBytes", record.calibrationPeakBytes}};
    if (!record.layers.empty())
        json["layers"] = Json::array();
    for (const auto& layer : record.layers)
        json["layers"].push_back(layerToJson(layer));
    if (!record.damage.empty())
        json["damage"] = Json::array();
    for (const auto& layer : record.damage) {
        Json item = {{"name", layer.name}, {"macs", layer.macs}, {"layerSnrDb", layer.layerSnrDb}, {"snrDb", layer.snrDb}};
        addOptional(item, "sameTop1", layer.sameTop1);
        json["damage"].push_back(std::move(item));
    }
    if (!record.precision.empty())
        json["precision"] = Json::array();
    for (const auto& step : record.precision) {
        Json item = {{"floatLayers", step.floatLayers}, {"floatMacsShare", step.floatMacsShare}};
        addOptional(item, "drop", step.drop);
        addOptional(item, "bytes", step.bytes);
        addOptional(item, "latencyMs", step.latencyMs);
        json["precision"].push_back(std::move(item));
    }
    if (!record.repairs.stages.empty())
        json["repairs"] = repairsToJson(record.repairs);
}

QuantizationRecord quantizationFromJson(const Json& json)
{
    QuantizationRecord record;
    const auto& kernels = json.at("kernels");
    record.kernels.integerNodes = kernels.at("integer").get<std::vector<std::string>>();
    record.kernels.floatNodes = kernels.at("float").get<std::vector<std::string>>();
    for (const auto& item : kernels.at("unfused"))
        record.kernels.unfused.push_back({item.at("name").get<std::string>(), item.at("opType").get<std::string>(),
                                          item.at("value").get<std::string>(), item.at("around").get<std::vector<std::string>>()});
    if (json.contains("calibration")) {
        const auto& calibration = json.at("calibration");
        record.calibrationSamples = calibration.at("samples").get<std::size_t>();
        record.calibrationSeconds = calibration.at("seconds").get<double>();
        record.calibrationPeakBytes = calibration.at("peakBytes").get<std::int64_t>();
    }
    for (const auto& item : json.value("layers", Json::array()))
        record.layers.push_back(layerFromJson(item));
    for (const auto& item : json.value("damage", Json::array())) {
        auto& layer = record.damage.emplace_back(LayerDamage{item.at("name").get<std::string>(),
                                                             item.at("macs").get<std::int64_t>(),
                                                             item.at("layerSnrDb").get<double>(),
                                                             item.at("snrDb").get<double>(),
                                                             {}});
        readOptional(item, "sameTop1", layer.sameTop1);
    }
    for (const auto& item : json.value("precision", Json::array())) {
        auto& step = record.precision.emplace_back(
            PrecisionStep{item.at("floatLayers").get<std::size_t>(), item.at("floatMacsShare").get<double>(), {}, {}, {}});
        readOptional(item, "drop", step.drop);
        readOptional(item, "bytes", step.bytes);
        readOptional(item, "latencyMs", step.latencyMs);
    }
    if (json.contains("repairs"))
        record.repairs = repairsFromJson(json.at("repairs"));
    return record;
}

} // namespace hone
