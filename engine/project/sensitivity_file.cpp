// SPDX-License-Identifier: GPL-3.0-or-later
#include "project/sensitivity_file.h"

#include "autograd/graph_module.h"
#include "core/error.h"
#include "core/file.h"
#include "core/hash.h"
#include "onnx_io/onnx_io.h"
#include "project/record_json.h"
#include "prune/sensitivity_ratios.h"
#include "quantize/quantize.h"
#include "tidy/tidy.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <system_error>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

constexpr int schema = 1;

Json toJson(const SensitivityGroup& group)
{
    Json json = {{"name", group.name}, {"layers", group.layers}, {"channels", group.channels}, {"points", Json::array()}};
    for (const SensitivityPoint& point : group.points)
        json["points"].push_back({{"ratio", point.ratio}, {"channels", point.channels}, {"macs", point.macs}, {"value", point.value}});
    return json;
}

// What is wrong with it, as a clause; thrown inside of this file only.
struct Wrong
{
    std::string detail;
};

void require(bool holds, const std::string& detail)
{
    if (!holds)
        throw Wrong{detail};
}

SensitivityGroup groupFromJson(const Json& json, std::int64_t macs)
{
    SensitivityGroup group;
    group.name = json.at("name").get<std::string>();
    group.layers = json.at("layers").get<std::vector<std::string>>();
    group.channels = json.at("channels").get<std::int64_t>();
    double last = 0;
    for (const Json& item : json.at("points")) {
        const SensitivityPoint point{item.at("ratio").get<double>(), item.at("channels").get<std::int64_t>(),
                                     item.at("macs").get<std::int64_t>(), item.at("value").get<double>()};
        require(point.ratio > last && point.ratio < 1, "the ratios of '" + group.name + "' don't rise from 0 to 1");
        require(point.channels > 0 && point.channels <= group.channels, "'" + group.name + "' keeps more channels than it has");
        require(point.macs > 0 && point.macs <= macs, "'" + group.name + "' costs more pruned than whole");
        require(std::isfinite(point.value), "'" + group.name + "' has a value that is no number");
        last = point.ratio;
        group.points.push_back(point);
    }
    require(!group.points.empty(), "'" + group.name + "' has no points");
    return group;
}

template<class T>
T known(std::optional<T> value, const std::string& key)
{
    require(value.has_value(), "its " + key + " is not known");
    return *value;
}

Sensitivity fromJson(const Json& json)
{
    require(json.at("schema").get<int>() == schema, "its schema number is not " + std::to_string(schema));
    Sensitivity result;
    result.model = json.at("model").get<std::string>();
    result.data = json.at("data").get<std::string>();
    result.split = splitFromName(json.at("split").get<std::string>());
    result.samples = json.at("samples").get<std::size_t>();
    result.seed = json.at("seed").get<std::uint64_t>();
    result.importance = known(importanceOf(json.at("importance").get<std::string>()), "importance");
    result.attention = known(attentionOf(json.value("attention", std::string(nameOf(AttentionChannels::Size)))), "attention");
    result.compensated = json.at("compensated").get<bool>();
    result.metric = known(metricKindFromName(json.at("metric").get<std::string>()), "metric");
    result.value = json.at("value").get<double>();
    result.macs = json.at("macs").get<std::int64_t>();
    require(result.samples > 0 && std::isfinite(result.value), "it was measured on nothing");
    for (const Json& item : json.at("groups"))
        result.groups.push_back(groupFromJson(item, result.macs));
    require(!result.groups.empty(), "it has no groups");
    return result;
}

std::vector<double> ratiosOf(const SensitivityGroup& group)
{
    std::vector<double> ratios;
    for (const SensitivityPoint& point : group.points)
        ratios.push_back(point.ratio);
    return ratios;
}

// Curves that were measured before; broken ones are measured again.
std::optional<Sensitivity> soundCurves(const fs::path& file, const fs::path& model)
{
    std::error_code ignored;
    if (!fs::exists(file, ignored))
        return std::nullopt;
    try {
        return readSensitivityOf(file, model);
    } catch (const Error& error) {
        if (error.code() != MessageCode::SensitivityInvalid && error.code() != MessageCode::SensitivityForeign)
            throw;
    }
    return std::nullopt;
}

std::size_t samplesOf(std::size_t size, const SensitivityOptions& options)
{
    return options.samples == 0 ? size : std::min(size, options.samples);
}

LossPer lossPer(const PruneParameters& parameters)
{
    const auto target = targetOf(parameters.prune.targets);
    const bool byWork = target && (target->kind == TargetKind::Macs || target->kind == TargetKind::LatencyMs);
    return byWork ? LossPer::Mac : LossPer::Channel;
}

} // namespace

Json toJson(const Sensitivity& sensitivity)
{
    Json json = {{"schema", schema},
                 {"model", sensitivity.model},
                 {"data", sensitivity.data},
                 {"split", std::string(name(sensitivity.split))},
                 {"samples", sensitivity.samples},
                 {"seed", sensitivity.seed},
                 {"importance", nameOf(sensitivity.importance)},
                 {"attention", nameOf(sensitivity.attention)},
                 {"compensated", sensitivity.compensated},
                 {"metric", std::string(name(sensitivity.metric))},
                 {"higherIsBetter", higherIsBetter(sensitivity.metric)},
                 {"value", sensitivity.value},
                 {"macs", sensitivity.macs},
                 {"groups", Json::array()}};
    for (const SensitivityGroup& group : sensitivity.groups)
        json["groups"].push_back(toJson(group));
    return json;
}

void writeSensitivity(const Sensitivity& sensitivity, const fs::path& file)
{
    writeFileAtomically(file, toJson(sensitivity).dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

Sensitivity readSensitivity(const fs::path& file)
{
    const std::string text = readFile(file);
    try {
        return fromJson(Json::parse(text));
    } catch (const Wrong& wrong) {
        throw Error(MessageCode::SensitivityInvalid, {{"path", file.string()}, {"detail", wrong.detail}});
    } catch (const Json::exception& exception) {
        throw Error(MessageCode::SensitivityInvalid, {{"path", file.string()}, {"detail", exception.what()}});
    } catch (const Error&) {
        throw Error(MessageCode::SensitivityInvalid, {{"path", file.string()}, {"detail", "its split is not known"}});
    }
}

Sensitivity readSensitivityOf(const fs::path& file, const fs::path& model)
{
    auto sensitivity = readSensitivity(file);
    if (sensitivity.model != sha256OfFile(model))
        throw Error(MessageCode::SensitivityForeign, {{"path", file.string()}, {"model", model.string()}});
    return sensitivity;
}

SensitivityOptions sensitivityOptionsOf(const PruneParameters& parameters)
{
    SensitivityOptions options;
    options.importance = parameters.prune.importance;
    options.seed = parameters.finetune.seed;
    options.threads = parameters.finetune.threads;
    options.attention = parameters.prune.attention;
    return options;
}

SensitivityOptions decidedFor(SensitivityOptions options, const Dataset& dataset)
{
    if (options.importance == ImportanceKind::Auto)
        options.importance = std::get<PruneParameters>(decided(PruneParameters{}, &dataset)).prune.importance;
    return options;
}

bool wouldBeMeasuredAgain(const Sensitivity& curves, const Dataset& dataset, const SensitivityOptions& options)
{
    return wouldBeMeasuredAgain(curves, factsOf(dataset, options.split), options);
}

DataFacts factsOf(const Dataset& dataset, Split split)
{
    return {dataset.fingerprint(), dataset.size(split)};
}

bool wouldBeMeasuredAgain(const Sensitivity& curves, const DataFacts& data, const SensitivityOptions& options)
{
    return curves.data == data.fingerprint && curves.split == options.split && curves.samples == samplesOf(data.size, options) &&
           curves.seed == options.seed && curves.importance == options.importance && curves.attention == options.attention &&
           curves.compensated == options.compensate &&
           std::ranges::all_of(curves.groups, [&](const SensitivityGroup& group) { return ratiosOf(group) == options.ratios; });
}

fs::path sensitivityFolderOf(const fs::path& model)
{
    const fs::path build = fs::absolute(model).parent_path();
    std::error_code ignored;
    return fs::exists(build / "build.json", ignored) ? build / "sensitivity" : fs::path();
}

fs::path sensitivityFileIn(const fs::path& folder, const Dataset& dataset, const SensitivityOptions& options)
{
    std::vector<double> ratios = options.ratios;
    std::ranges::sort(ratios);
    const Json what = {{"data", dataset.fingerprint()},
                       {"split", std::string(name(options.split))},
                       {"samples", samplesOf(dataset.size(options.split), options)},
                       {"seed", options.seed},
                       {"importance", nameOf(options.importance)},
                       {"attention", nameOf(options.attention)},
                       {"compensate", options.compensate},
                       {"ratios", ratios}};
    constexpr std::size_t digits = 12;
    return folder / (nameOf(options.importance) + "-" + sha256(what.dump()).substr(0, digits) + ".json");
}

std::optional<Sensitivity> latestSensitivityOf(const fs::path& model)
{
    std::vector<std::pair<fs::file_time_type, fs::path>> files;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(sensitivityFolderOf(model), ignored))
        if (entry.path().extension() == ".json")
            files.emplace_back(entry.last_write_time(ignored), entry.path());
    std::ranges::sort(files, std::greater());
    for (const auto& [written, file] : files)
        if (auto curves = soundCurves(file, model))
            return curves;
    return std::nullopt;
}

Sensitivity measureSensitivity(const fs::path& model, const Dataset& dataset, const SensitivityOptions& options, const JobContext& job)
{
    constexpr double tidyShare = 0.02;
    const Graph graph = readOnnx(model);
    if (isQuantized(graph))
        throw Error(MessageCode::AlreadyQuantized, {{"path", model.string()}});
    const auto tidied = tidy(graph, {.freeBatch = false, .keepDropout = true}, job.part(0, tidyShare));
    return measureSensitivity({tidied.changes.empty() ? graph : tidied.graph, sha256OfFile(model), dataset}, decidedFor(options, dataset),
                              job.part(tidyShare, 1));
}

KeptSensitivity keptSensitivity(const fs::path& model, const fs::path& folder, const Dataset& dataset, const SensitivityOptions& options,
                                const JobContext& job)
{
    SensitivityOptions rising = decidedFor(options, dataset);
    std::ranges::sort(rising.ratios);
    if (folder.empty())
        return {measureSensitivity(model, dataset, rising, job), {}, true};
    const fs::path file = sensitivityFileIn(folder, dataset, rising);
    if (auto kept = soundCurves(file, model); kept && wouldBeMeasuredAgain(*kept, dataset, rising)) {
        std::error_code ignored;
        fs::last_write_time(file, fs::file_time_type::clock::now(), ignored);
        return {*std::move(kept), file, false};
    }
    auto measured = measureSensitivity(model, dataset, rising, job);
    std::error_code ignored;
    fs::create_directories(folder, ignored);
    try {
        writeSensitivity(measured, file);
    } catch (const Error& error) { // another's project, to read only: what was measured is worth as much
        if (error.code() != MessageCode::FileUnwritable && error.code() != MessageCode::DiskFull)
            throw;
        return {std::move(measured), {}, true};
    }
    return {std::move(measured), file, true};
}

SensitivityScope sensitivityRatiosFor(const SensitivityScopeInput& input, const JobContext& job)
{
    const auto dependencies = findDependencies(input.graph, input.parameters.prune.attention);
    const auto& file = input.parameters.sensitivity;
    if (!file.empty()) {
        const auto curves = readSensitivityOf(file, input.model);
        if (curves.attention != input.parameters.prune.attention)
            throw Error(MessageCode::SensitivityInvalid,
                        {{"path", file.string()}, {"detail", "it was measured with --attention " + nameOf(curves.attention)}});
        SensitivityScope scope{sensitivityRatios(curves, dependencies, lossPer(input.parameters), file), {}};
        if (const auto importance = input.parameters.prune.importance; curves.importance != importance)
            scope.notices.push_back({MessageCode::CurvesMeasuredOtherwise,
                                     {{"path", file.string()}, {"curves", nameOf(curves.importance)}, {"step", nameOf(importance)}}});
        return scope;
    }
    if (!input.dataset)
        throw Error(MessageCode::DataRequired, {{"step", "prune"}});
    const auto kept = keptSensitivity(input.model, input.folder, *input.dataset, sensitivityOptionsOf(input.parameters), job);
    return {sensitivityRatios(kept.curves, dependencies, lossPer(input.parameters), kept.file.empty() ? input.model : kept.file), {}};
}

} // namespace hone
