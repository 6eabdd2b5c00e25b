// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/comparison_view.h"
#include "cli/device_options.h"
#include "cli/exit_codes.h"
#include "cli/field_options.h"
#include "cli/paths.h"
#include "cli/verbs.h"
#include "project/build_comparison.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace hone::cli
{
namespace
{

// What is shown for a file: its name, of a project's build its label; the path, or the build's id, where several have the same.
std::vector<std::string> namesOf(const std::vector<std::string>& files, const std::vector<std::optional<Build>>& builds)
{
    std::vector<std::string> names;
    for (std::size_t i = 0; i < files.size(); ++i)
        names.push_back(builds[i] ? builds[i]->label : std::filesystem::path(files[i]).filename().string());
    const std::multiset<std::string> all(names.begin(), names.end());
    for (std::size_t i = 0; i < files.size(); ++i)
        if (all.count(names[i]) > 1)
            names[i] = builds[i] ? builds[i]->id : files[i];
    return names;
}

// Files that are builds of a project know, too, how they were made and of which of the others.
std::vector<ModelToCompare> described(const std::vector<std::string>& files)
{
    std::vector<std::optional<Build>> builds;
    for (const auto& file : files)
        builds.push_back(buildOf(file));
    const auto names = namesOf(files, builds);
    std::vector<ModelToCompare> models;
    std::vector<std::size_t> places; // of builds, parents first
    for (std::size_t i = 0; i < files.size(); ++i) {
        models.push_back({.name = names[i], .file = files[i]});
        if (builds[i])
            places.push_back(i);
    }
    std::ranges::sort(places, {}, [&](std::size_t i) { return builds[i]->order; });
    std::vector<Build> inOrder;
    std::map<std::string, std::string> nameOfId;
    for (const auto i : places) {
        inOrder.push_back(*builds[i]);
        nameOfId[builds[i]->id] = names[i];
    }
    const auto made = toCompare(inOrder, [&](const Build& build) { return nameOfId.at(build.id); });
    for (std::size_t i = 0; i < made.size(); ++i) {
        auto& model = models[places[i]];
        model.making = made[i].making;
        if (made[i].parent >= 0)
            model.parent = static_cast<int>(places[static_cast<std::size_t>(made[i].parent)]);
    }
    return models;
}

class CompareVerb : public Verb
{
public:
    std::string name() const override { return "compare"; }
    std::string summary() const override { return "Measures several models on the same data"; }
    void declare(Command& command) override
    {
        command.positionals("MODEL", m_models, "ONNX files");
        command.option({"--data", "DIR", "The data's folder; needed unless there is a --reference", ""}, m_data);
        command.option({"--reference", "ORIGINAL", "An ONNX file whose answers the models are held against; labels aren't read", ""},
                       m_reference);
        command.option({"--html", "FILE", "A report with the metric-versus-size plot; replaced if it is there", ""}, m_html);
        FieldOptions options(command);
        options(Field{"limit", "--limit", "At most so many samples of each split; 0: all", 0}, m_options.limit);
        options(Field{"threads", "--threads", "Threads; 0: as many as there are cores", 0, 1024}, m_options.threads);
        m_device.declare(command);
        command.remark("The front and the recommended model go by the validation split; test figures stand beside them.");
        command.remark(
            "Models are ranked by the data's task: top-1, MAE, AUC, or on data without labels the cosine between their outputs and "
            "the reference's (without --reference the first model's).");
        command.example("hone compare model.onnx pruned.onnx int8.onnx --data pictures --html report.html");
    }
    int run(Console& console) override
    {
        if (!m_html.empty()) {
            std::vector<std::filesystem::path> inputs(m_models.begin(), m_models.end());
            inputs.emplace_back(m_reference);
            inputs.emplace_back(m_data);
            checkOutput("--html", m_html, inputs);
        }
        const auto dataset = m_reference.empty() ? openRequiredData(m_data, "compare") : openOptionalData(m_data);
        m_options.reference = m_reference;
        const auto meter = m_device.meter(m_models.front());
        m_options.meter = meter.get();
        const auto comparison = compare(described(m_models), dataset ? &*dataset : nullptr, m_options, console.job());
        printNotices(comparison, console);
        if (!m_html.empty())
            writeHtmlReport(comparison, m_html);
        const auto& best = comparison.models.at(comparison.best());
        console.print(comparisonTable(comparison));
        console.print(fmt::format("Worth deploying: {}.\n", best.name));
        if (!m_html.empty())
            console.print(fmt::format("Wrote {}.\n", m_html));
        auto json = toJson(comparison);
        json["best"] = best.file.string();
        m_device.tell(console, json);
        console.print(json);
        return exitDone;
    }

private:
    std::vector<std::string> m_models;
    std::string m_data;
    std::string m_reference;
    std::string m_html;
    EvaluateOptions m_options;
    LatencyDevice m_device;
};

} // namespace

std::unique_ptr<Verb> makeCompareVerb()
{
    return std::make_unique<CompareVerb>();
}

} // namespace hone::cli
