// SPDX-License-Identifier: GPL-3.0-or-later
// On disk: a line that says what it is, the SHA-256 of all that follows, the length of a JSON text, that text, and the tensors' bytes
// one behind the other in the text's order.
#include "train/checkpoint.h"

#include "core/error.h"
#include "core/file.h"
#include "core/hash.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

using Json = nlohmann::ordered_json;
using Tensors = std::map<std::string, Tensor>;

constexpr std::string_view firstLine = "hone checkpoint 1\n";

Json metricJson(const std::optional<TaskMetric>& metric)
{
    if (!metric || !std::isfinite(metric->value))
        return nullptr;
    return {{"name", std::string(name(metric->kind))}, {"value", metric->value}, {"low", metric->low}, {"high", metric->high}};
}

std::optional<TaskMetric> metricFrom(const Json& json)
{
    const auto kind = json.is_object() ? metricKindFromName(json.at("name").get<std::string>()) : std::nullopt;
    if (!kind)
        return std::nullopt;
    return TaskMetric{*kind, json.at("value").get<double>(), json.at("low").get<double>(), json.at("high").get<double>()};
}

Json toJson(const TrainingProgress& progress)
{
    Json json = {{"epochsDone", progress.epochsDone}, {"batchesDone", progress.batchesDone},
                 {"lossSum", progress.lossSum},       {"samples", progress.samples},
                 {"seconds", progress.seconds},       {"updates", progress.updates},
                 {"best", metricJson(progress.best)}, {"epochsWithoutBetter", progress.epochsWithoutBetter},
                 {"keptEpoch", progress.keptEpoch},   {"epochs", Json::array()}};
    for (const auto& epoch : progress.epochs)
        json["epochs"].push_back({{"epoch", epoch.epoch},
                                  {"trainLoss", epoch.trainLoss},
                                  {"validationTop1", epoch.validationTop1},
                                  {"samplesPerSecond", epoch.samplesPerSecond},
                                  {"learningRate", epoch.learningRate},
                                  {"validation", metricJson(epoch.validation)}});
    return json;
}

TrainingProgress progressFrom(const Json& json)
{
    TrainingProgress progress;
    json.at("epochsDone").get_to(progress.epochsDone);
    json.at("batchesDone").get_to(progress.batchesDone);
    json.at("lossSum").get_to(progress.lossSum);
    json.at("samples").get_to(progress.samples);
    json.at("seconds").get_to(progress.seconds);
    json.at("updates").get_to(progress.updates);
    progress.best = metricFrom(json.at("best"));
    json.at("epochsWithoutBetter").get_to(progress.epochsWithoutBetter);
    json.at("keptEpoch").get_to(progress.keptEpoch);
    for (const Json& item : json.at("epochs")) {
        EpochResult& epoch = progress.epochs.emplace_back();
        item.at("epoch").get_to(epoch.epoch);
        item.at("trainLoss").get_to(epoch.trainLoss);
        item.at("validationTop1").get_to(epoch.validationTop1);
        item.at("samplesPerSecond").get_to(epoch.samplesPerSecond);
        item.at("learningRate").get_to(epoch.learningRate);
        epoch.validation = metricFrom(item.at("validation"));
    }
    return progress;
}

Json describe(const Tensors& tensors, std::string& bytes)
{
    Json list = Json::array();
    for (const auto& [name, tensor] : tensors) {
        list.push_back({{"name", name}, {"type", static_cast<int>(tensor.dtype())}, {"shape", tensor.shape()}});
        bytes.append(reinterpret_cast<const char*>(tensor.bytes().data()), tensor.byteCount());
    }
    return list;
}

// Takes the tensors that the list describes from the front of `bytes`.
Tensors tensorsFrom(const Json& list, std::string_view& bytes)
{
    Tensors tensors;
    for (const Json& item : list) {
        Tensor tensor(static_cast<DType>(item.at("type").get<int>()), item.at("shape").get<Dimensions>());
        if (tensor.byteCount() > bytes.size())
            throw Error(MessageCode::InternalFault, {{"detail", "a checkpoint ends too early"}});
        if (tensor.byteCount() > 0)
            std::memcpy(tensor.mutableBytes().data(), bytes.data(), tensor.byteCount());
        bytes.remove_prefix(tensor.byteCount());
        tensors.emplace(item.at("name").get<std::string>(), std::move(tensor));
    }
    return tensors;
}

// The JSON text and what follows, where the file is what it says; empty otherwise.
std::pair<std::string_view, std::string_view> partsOf(std::string_view file)
{
    constexpr std::size_t hashDigits = 64;
    if (!file.starts_with(firstLine) || file.size() < firstLine.size() + hashDigits + 1)
        return {};
    file.remove_prefix(firstLine.size());
    const auto hash = file.substr(0, hashDigits);
    file.remove_prefix(hashDigits + 1);
    if (sha256(file) != hash)
        return {};
    const auto end = file.find('\n');
    std::size_t length = 0;
    std::from_chars(file.data(), file.data() + end, length);
    return {file.substr(end + 1, length), file.substr(end + 1 + length)};
}

} // namespace

std::optional<Checkpoint> readCheckpoint(const CheckpointPlace& place)
{
    std::error_code ignored;
    if (place.file.empty() || !fs::is_regular_file(place.file, ignored))
        return std::nullopt;
    const std::string file = readFile(place.file);
    auto [text, bytes] = partsOf(file);
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object() || json.value("key", "") != place.key)
        return std::nullopt;
    try {
        Checkpoint checkpoint;
        checkpoint.progress = progressFrom(json.at("progress"));
        checkpoint.kept = tensorsFrom(json.at("kept"), bytes);
        checkpoint.trainer = tensorsFrom(json.at("trainer"), bytes);
        return checkpoint;
    } catch (const Json::exception&) {
        return std::nullopt; // written by a Hone that put something else in it
    }
}

void writeCheckpoint(const CheckpointPlace& place, const Checkpoint& checkpoint)
{
    std::error_code ignored;
    if (place.file.has_parent_path())
        fs::create_directories(place.file.parent_path(), ignored);
    Json json;
    std::string bytes;
    json["key"] = place.key;
    json["progress"] = toJson(checkpoint.progress);
    json["kept"] = describe(checkpoint.kept, bytes);
    json["trainer"] = describe(checkpoint.trainer, bytes);
    const std::string text = json.dump();
    const std::string rest = std::to_string(text.size()) + "\n" + text + bytes;
    writeFileAtomically(place.file, std::string(firstLine) + sha256(rest) + "\n" + rest);
}

void removeCheckpoint(const fs::path& file)
{
    if (!file.has_filename())
        return; // every hidden file of the folder would look like what a writer left
    std::error_code ignored;
    fs::remove(file, ignored);
    const auto folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
    const auto begin = file.filename().string() + ".";
    for (const auto& entry : fs::directory_iterator(folder, ignored))
        if (entry.path().filename().string().starts_with(begin))
            fs::remove(entry.path(), ignored);
}

} // namespace hone
