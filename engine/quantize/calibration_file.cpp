// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/calibration.h"
#include "quantize/kept_file.h"

#include <nlohmann/json.hpp>

#include <stdexcept>
#include <utility>

namespace hone
{
namespace
{

// Bins that hold something, as distances from the one before and counts in turn.
Json toJson(const Histogram& histogram)
{
    Json json = Json::array();
    std::size_t last = 0;
    const auto counts = histogram.counts();
    for (std::size_t i = 0; i < counts.size(); ++i)
        if (counts[i] > 0) {
            json.push_back(i - last);
            json.push_back(counts[i]);
            last = i;
        }
    return json;
}

Histogram histogramFrom(const Json& json, int exponent)
{
    std::vector<std::uint64_t> counts(2 * Histogram::binsOneSide);
    std::size_t bin = 0;
    for (std::size_t i = 0; i + 1 < json.size(); i += 2) {
        bin += json[i].get<std::size_t>();
        counts.at(bin) = json[i + 1].get<std::uint64_t>();
    }
    return Histogram(exponent, std::move(counts));
}

Json toJson(const TensorStatistics& statistics)
{
    return {{"low", statistics.low},
            {"high", statistics.high},
            {"averageLow", statistics.averageLow},
            {"averageHigh", statistics.averageHigh},
            {"samples", statistics.samples},
            {"isEmpty", statistics.histogram.empty()},
            {"exponent", statistics.histogram.exponent()},
            {"counts", toJson(statistics.histogram)}};
}

TensorStatistics statisticsFrom(const Json& json)
{
    TensorStatistics result;
    result.low = json.at("low").get<float>();
    result.high = json.at("high").get<float>();
    result.averageLow = json.at("averageLow").get<double>();
    result.averageHigh = json.at("averageHigh").get<double>();
    result.samples = json.at("samples").get<std::uint64_t>();
    if (!json.at("isEmpty").get<bool>())
        result.histogram = histogramFrom(json.at("counts"), json.at("exponent").get<int>());
    return result;
}

} // namespace

std::filesystem::path calibrationFile(const std::filesystem::path& folder, const std::string& key)
{
    return keptFile(folder, key, ".cbor");
}

void writeCalibration(const std::filesystem::path& file, const Calibration& calibration)
{
    Json json = {{"samples", calibration.samples},
                 {"seconds", calibration.seconds},
                 {"peakBytes", calibration.peakBytes},
                 {"values", Json::object()}};
    for (const auto& [name, statistics] : calibration.values)
        json["values"][name] = toJson(statistics);
    writeKept(file, calibration.key, std::move(json));
}

std::optional<Calibration> readCalibration(const std::filesystem::path& file, const std::string& key)
{
    const auto json = readKept(file, key);
    if (!json)
        return std::nullopt;
    try {
        Calibration result;
        result.key = key;
        result.samples = json->at("samples").get<std::size_t>();
        result.seconds = json->at("seconds").get<double>();
        result.peakBytes = json->at("peakBytes").get<std::int64_t>();
        for (const auto& [name, value] : json->at("values").items())
            result.values.emplace(name, statisticsFrom(value));
        return result;
    } catch (const nlohmann::json::exception&) {
        return std::nullopt;
    } catch (const std::out_of_range&) { // a bin that no histogram has
        return std::nullopt;
    }
}

} // namespace hone
