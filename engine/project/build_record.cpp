// SPDX-License-Identifier: GPL-3.0-or-later
#include "project/build_record.h"

#include "core/file.h"
#include "core/hash.h"
#include "core/version.h"
#include "project/parameter_fields.h"
#include "project/record_json.h"
#include "project/step_parameters.h"
#include "runtime/session.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>
#include <system_error>
#include <thread>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

Json buildJson(const Build& build)
{
    Json json;
    json["id"] = build.id;
    json["parent"] = build.parent;
    json["label"] = build.label;
    json["order"] = build.order;
    json["step"] = stepName(build.parameters);
    json["parameters"] = parametersToJson(build.parameters);
    json["modelSha256"] = build.modelSha256;
    json["modelBytes"] = build.evaluation.facts.sizeBytes;
    json["dataFingerprint"] = build.dataFingerprint;
    json["versions"] = Json::object();
    for (const auto& [key, value] : build.versions)
        json["versions"][key] = value;
    if (!build.groups.empty())
        json["groups"] = groupsToJson(build.groups);
    if (!build.notices.empty())
        json["notices"] = messagesToJson(build.notices);
    return json;
}

void readCurves(const fs::path& file, Build& build)
{
    if (!fs::exists(file))
        return;
    std::istringstream lines(readFile(file));
    for (std::string line; std::getline(lines, line);)
        if (!line.empty())
            build.curves.push_back(epochFromJson(Json::parse(line)));
}

// Parameters that builds of earlier versions don't name stood for what those versions did.
Json withEarlierDefaults(const std::string& step, Json parameters)
{
    if (step == "quantize" && !parameters.contains("biasCorrection"))
        parameters["biasCorrection"] = false;
    return parameters;
}

void readBuildJson(const fs::path& folder, Build& build)
{
    const auto json = Json::parse(readFile(folder / "build.json"));
    if (json.at("id").get<std::string>() != build.id)
        throw Error(MessageCode::BuildDamaged, {{"build", build.id}, {"detail", "its build.json belongs to another build"}});
    build.parent = json.at("parent").get<std::string>();
    build.label = json.at("label").get<std::string>();
    build.order = json.at("order").get<std::int64_t>();
    build.parameters = parametersFromJson(json.at("step").get<std::string>(), withEarlierDefaults(json.at("step"), json.at("parameters")));
    build.modelSha256 = json.at("modelSha256").get<std::string>();
    build.dataFingerprint = json.at("dataFingerprint").get<std::string>();
    build.versions = json.at("versions").get<std::map<std::string, std::string>>();
    readRecord(json, build);
    if (json.contains("notices"))
        build.notices = messagesFromJson(json.at("notices"));
    const auto size = static_cast<std::int64_t>(fs::file_size(build.model));
    if (size != json.at("modelBytes").get<std::int64_t>())
        throw Error(MessageCode::BuildDamaged, {{"build", build.id}, {"detail", "model.onnx has another size than when it was written"}});
}

void readReport(const fs::path& file, Build& build)
{
    const auto json = Json::parse(readFile(file));
    build.evaluation = evaluationFromJson(json.at("evaluation"));
    build.evaluationData = json.at("data").get<std::string>();
    build.seconds = json.at("seconds").get<double>();
    readRecord(json, build);
}

} // namespace

Build readBuild(const fs::path& folder, ModelCheck check)
{
    Build build;
    build.id = folder.filename().string();
    build.model = folder / "model.onnx";
    const auto damaged = [&](const std::string& detail) {
        return Error(MessageCode::BuildDamaged, {{"build", build.id}, {"detail", detail}});
    };
    try {
        readBuildJson(folder, build);
        readReport(folder / "report.json", build);
        readCurves(folder / "curves.jsonl", build);
        if (check == ModelCheck::Hash && sha256OfFile(build.model) != build.modelSha256)
            throw damaged("model.onnx is not what was written");
    } catch (const Json::exception&) {
        throw damaged("its records can't be read");
    } catch (const fs::filesystem_error&) {
        throw damaged("model.onnx is missing");
    } catch (const Error& error) {
        if (error.code() == MessageCode::BuildDamaged)
            throw;
        const auto& arguments = error.message().arguments;
        if (const auto path = arguments.find("path"); error.code() == MessageCode::FileNotFound && path != arguments.end())
            throw damaged(fs::path(path->second).filename().string() + " is missing");
        throw damaged(error.what());
    }
    return build;
}

void writeReport(const Build& build, const fs::path& folder)
{
    Json json;
    json["evaluation"] = toJson(build.evaluation);
    json["data"] = build.evaluationData;
    json["seconds"] = build.seconds;
    auto record = recordToJson(build);
    record.erase("groups"); // which build.json has
    json.update(record);
    writeFileAtomically(folder / "report.json", json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

void writeBuild(const Build& build, const fs::path& folder)
{
    writeFileAtomically(folder / "build.json", buildJson(build).dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
    writeReport(build, folder);
    std::string curves;
    for (const auto& epoch : build.curves)
        curves += epochToJson(epoch).dump() + "\n";
    if (!curves.empty())
        writeFileAtomically(folder / "curves.jsonl", curves);
}

std::string buildId(const std::string& parent, const StepParameters& parameters, const std::string& input,
                    const std::string& dataFingerprint)
{
    Json key;
    key["parent"] = parent;
    key["step"] = stepName(parameters);
    key["parameters"] = identityOf(parameters);
    if (std::holds_alternative<ImportParameters>(parameters))
        key["parameters"] = Json::object(); // what is in the file counts, not where it lies
    if (std::holds_alternative<DistillParameters>(parameters) || std::holds_alternative<QatParameters>(parameters))
        key["parameters"].erase("teacher"); // likewise
    if (std::holds_alternative<PruneParameters>(parameters))
        key["parameters"].erase("sensitivity"); // likewise
    key["input"] = input;
    key["data"] = dataFingerprint;
    return stepName(parameters) + "-" + sha256(key.dump(-1, ' ', false, Json::error_handler_t::replace)).substr(0, 8);
}

bool looksLikeBuildId(const std::string& text)
{
    constexpr std::size_t digits = 8;
    const auto dash = text.rfind('-');
    if (dash == text.npos || text.size() != dash + 1 + digits || text.find_first_not_of("0123456789abcdef", dash + 1) != text.npos)
        return false;
    const auto steps = knownSteps();
    return std::ranges::find(steps, text.substr(0, dash)) != steps.end();
}

namespace
{

std::string trained(int epochs)
{
    return fmt::format("fine-tuned {} {}", epochs, epochs == 1 ? "epoch" : "epochs");
}

std::string prunedLabel(const PruneParameters& parameters)
{
    const PruneOptions& options = parameters.prune;
    if (const auto target = targetOf(options.targets))
        return fmt::format("pruned to {} {}{}", toText(target->value), unitOf(target->kind),
                           parameters.latencyDevice.empty() ? "" : " on " + parameters.latencyDevice);
    if (options.scope == PruningScope::Layer)
        return "pruned by layer";
    return fmt::format("pruned {:g} %", options.ratio * 100);
}

std::string sparseLabel(const SparsifyOptions& options)
{
    for (const auto& [pattern, name] : namesOf(SparsityPattern{}))
        if (pattern == options.pattern && pattern != SparsityPattern::Unstructured)
            return fmt::format("sparse {}", name);
    return fmt::format("sparse {:g} %", options.sparsity * 100);
}

std::string quantizedLabel(const QuantizeOptions& options)
{
    switch (options.method) {
    case QuantizeMethod::Dynamic: return "dynamic int8";
    case QuantizeMethod::Weights: return fmt::format("{}-bit weights", options.bitsWeights);
    case QuantizeMethod::Half: return "fp16";
    case QuantizeMethod::Static: break;
    }
    std::string label = "int8";
    const auto& rules = rulesOf(options.scheme);
    if (!rules.runsHere)
        label += fmt::format(" for {}", rules.runtime);
    else if (gridTypeOf(options).isSigned)
        label += ", signed";
    if (options.bitsWeights != 8)
        label += fmt::format(", {}-bit weights", options.bitsWeights);
    if (options.bitsActivations != 8)
        label += fmt::format(", {}-bit activations", options.bitsActivations);
    return label;
}

std::string lowRankLabel(const FactorizeOptions& options)
{
    if (options.rank > 0)
        return fmt::format("low rank {}", options.rank);
    if (options.rankRatio > 0)
        return fmt::format("low rank {:g} %", options.rankRatio * 100);
    return fmt::format("low rank, energy {:g} %", options.energy * 100);
}

} // namespace

std::string labelOf(const StepParameters& parameters)
{
    if (const auto* import = std::get_if<ImportParameters>(&parameters))
        return import->file.filename().string();
    if (const auto* made = std::get_if<NewParameters>(&parameters))
        return fmt::format("new {}, width {}{}", made->architecture.name, made->architecture.width,
                           made->architecture.widthMultiplier == 1 ? "" : fmt::format(" x {:g}", made->architecture.widthMultiplier));
    if (const auto* finetune = std::get_if<FinetuneParameters>(&parameters))
        return trained(finetune->train.epochs);
    if (const auto* prune = std::get_if<PruneParameters>(&parameters)) {
        const auto label = prunedLabel(*prune);
        return prune->finetune.epochs == 0 ? label : label + ", " + trained(prune->finetune.epochs);
    }
    if (const auto* distill = std::get_if<DistillParameters>(&parameters))
        return fmt::format("distilled {} {}", distill->train.epochs, distill->train.epochs == 1 ? "epoch" : "epochs");
    const auto recovered = [](const std::string& label, const RecoveryParameters& recovery) {
        return recovery.finetune.epochs == 0 ? label : label + ", " + trained(recovery.finetune.epochs);
    };
    if (const auto* sparsify = std::get_if<SparsifyParameters>(&parameters))
        return recovered(sparseLabel(sparsify->sparsify), sparsify->recovery);
    if (const auto* factorize = std::get_if<FactorizeParameters>(&parameters))
        return recovered(lowRankLabel(factorize->factorize), factorize->recovery);
    if (std::holds_alternative<TidyParameters>(parameters))
        return "tidied";
    if (const auto* qat = std::get_if<QatParameters>(&parameters))
        return fmt::format("{}, trained {} {}", quantizedLabel(qat->qat.quantize), qat->qat.train.epochs,
                           qat->qat.train.epochs == 1 ? "epoch" : "epochs");
    return quantizedLabel(std::get<QuantizeParameters>(parameters).quantize);
}

std::map<std::string, std::string> versionsFor(const StepParameters& parameters)
{
    auto versions = processorFacts();
    versions["hone"] = version();
    versions["onnxruntime"] = Session::runtimeVersion();
    int threads = 0;
    if (const auto* finetune = std::get_if<FinetuneParameters>(&parameters))
        threads = finetune->train.threads;
    if (const auto* prune = std::get_if<PruneParameters>(&parameters))
        threads = prune->finetune.threads;
    if (const auto* quantize = std::get_if<QuantizeParameters>(&parameters))
        threads = quantize->quantize.threads;
    const auto* distill = std::get_if<DistillParameters>(&parameters);
    if (distill)
        threads = distill->train.threads;
    const auto* sparsify = std::get_if<SparsifyParameters>(&parameters);
    if (sparsify)
        threads = sparsify->recovery.finetune.threads;
    const auto* factorize = std::get_if<FactorizeParameters>(&parameters);
    if (factorize)
        threads = factorize->recovery.finetune.threads;
    const auto* qat = std::get_if<QatParameters>(&parameters);
    if (qat)
        threads = qat->qat.train.threads;
    versions["threads"] = std::to_string(threads > 0 ? threads : static_cast<int>(std::thread::hardware_concurrency()));
    const auto* prune = std::get_if<PruneParameters>(&parameters);
    const bool trains = std::holds_alternative<FinetuneParameters>(parameters) || distill || qat ||
                        (sparsify && sparsify->recovery.finetune.epochs > 0) ||
                        (prune && (prune->finetune.epochs > 0 || prune->sparsityEpochs > 0));
    if (trains || factorize) // which takes its singular values from there
        versions["libtorch"] = HONE_LIBTORCH_VERSION;
    return versions;
}

} // namespace hone
