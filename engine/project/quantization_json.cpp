// SPDX-License-Identifier: GPL-3.0-or-later
#include "project/quantization_json.h"

#include <nlohmann/json.hpp>

namespace hone
{

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
        json["layers"].push_back(
            {{"name", layer.name}, {"bits", layer.bits}, {"snrDb", layer.snrDb}, {"saturatedShare", layer.saturatedShare}});
    if (!record.precision.empty())
        json["precision"] = Json::array();
    for (const auto& step : record.precision)
        json["precision"].push_back({{"floatLayers", step.floatLayers}, {"floatMacsShare", step.floatMacsShare}, {"drop", step.drop}});
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
        record.layers.push_back({item.at("name").get<std::string>(), item.at("bits").get<int>(), item.at("snrDb").get<double>(),
                                 item.at("saturatedShare").get<double>()});
    for (const auto& item : json.value("precision", Json::array()))
        record.precision.push_back(
            {item.at("floatLayers").get<std::size_t>(), item.at("floatMacsShare").get<double>(), item.at("drop").get<double>()});
    return record;
}

} // namespace hone
