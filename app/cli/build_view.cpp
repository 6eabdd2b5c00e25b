// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/build_view.h"

#include "cli/record_text.h"
#include "cli/sentences.h"
#include "cli/text.h"
#include "project/build_files.h"
#include "project/record_json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace hone::cli
{
namespace
{

// The command line that makes the same file outside of the project.
std::string commandFor(const Build& build, const ProjectStore& project)
{
    if (std::holds_alternative<ImportParameters>(build.parameters))
        return commandLine(build.parameters, "", "", project.folder().string());
    const auto parent = build.parent.empty() ? std::string() : (project.folder() / "builds" / build.parent / "model.onnx").string();
    const auto data = needsData(build.parameters) && project.dataset() ? project.dataset()->string() : std::string();
    return commandLine(withPresentFiles(build, project), parent, data, build.id + ".onnx");
}

} // namespace

std::string buildLine(const Build& build)
{
    const auto metric = metricOf(build.evaluation);
    const auto name = !metric || metric->kind == MetricKind::Top1 ? std::string() : std::string(label(metric->kind)) + " ";
    const auto measured = metric ? ", " + name + metricText(build.evaluation) + " on validation" : std::string();
    return fmt::format("{}: {}{}, {}", build.id, build.label, measured, bytesText(build.evaluation.facts.sizeBytes));
}

std::string buildTree(const std::vector<Build>& builds)
{
    std::map<std::string, int> children;
    for (const auto& build : builds)
        ++children[build.parent];
    std::map<std::string, std::string> indents; // what stands before a build's children
    std::map<std::string, int> placed;
    const auto measured = std::ranges::find_if(builds, [](const Build& build) { return metricOf(build.evaluation).has_value(); });
    const auto metric = measured == builds.end() ? std::string("top-1") : metricLabel(measured->evaluation);
    Table table({"build", "what", metric, "size", "MACs", "latency"});
    for (const auto& build : builds) {
        const bool last = ++placed[build.parent] == children[build.parent];
        const auto before = indents[build.parent];
        const auto branch = build.parent.empty() ? std::string() : before + (last ? "└─ " : "├─ ");
        indents[build.id] = build.parent.empty() ? std::string() : before + (last ? "   " : "│  ");
        table.add({branch + build.id, build.label, metricText(build.evaluation), bytesText(build.evaluation.facts.sizeBytes),
                   countText(build.evaluation.facts.macs), latencyText(build.evaluation)});
    }
    return table.text();
}

std::string buildText(const Build& build, const ProjectStore& project)
{
    std::string text = fmt::format("{}  {}\n", build.id, build.label);
    const auto line = [&](const std::string& key, const std::string& value) {
        if (!value.empty())
            text += fmt::format("  {:<12} {}\n", key, value);
    };
    line("made from", build.parent);
    line("model", build.model.string());
    line("sha256", build.modelSha256);
    line(metricLabel(build.evaluation), metricText(build.evaluation));
    line("size", bytesText(build.evaluation.facts.sizeBytes));
    if (compressesWell(build.evaluation.facts))
        line("compressed", compressedText(build.evaluation.facts));
    line("parameters", countText(build.evaluation.facts.parameters));
    line("MACs", countText(build.evaluation.facts.macs));
    line("latency p50", latencyText(build.evaluation));
    line("took", secondsText(build.seconds));
    for (const auto& notice : build.notices)
        line("note", sentence(notice));
    for (const auto& [key, value] : build.versions)
        line(key, value);
    line("made by", commandFor(build, project));
    return text + recordText(build.parameters, build);
}

Json buildJson(const Build& build, const ProjectStore& project)
{
    Json json;
    json["id"] = build.id;
    json["parent"] = build.parent;
    json["label"] = build.label;
    json["step"] = stepName(build.parameters);
    json["parameters"] = parametersToJson(build.parameters);
    json["model"] = build.model.string();
    json["sha256"] = build.modelSha256;
    json["seconds"] = build.seconds;
    json["versions"] = Json::object();
    for (const auto& [key, value] : build.versions)
        json["versions"][key] = value;
    json["evaluation"] = toJson(build.evaluation);
    if (!build.curves.empty())
        json["epochs"] = epochsToJson(build.curves);
    json.update(recordToJson(build));
    if (!build.notices.empty())
        json["notices"] = messagesToJson(build.notices);
    json["commandLine"] = commandFor(build, project);
    return json;
}

Json buildsJson(const std::vector<Build>& builds, const ProjectStore& project)
{
    Json list = Json::array();
    for (const auto& build : builds)
        list.push_back(buildJson(build, project));
    return list;
}

} // namespace hone::cli
