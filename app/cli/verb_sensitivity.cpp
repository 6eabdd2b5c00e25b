// SPDX-License-Identifier: GPL-3.0-or-later
// What pruning each group alone costs.
#include "cli/exit_codes.h"
#include "cli/field_options.h"
#include "cli/paths.h"
#include "cli/text.h"
#include "cli/verbs.h"
#include "project/record_json.h"
#include "project/sensitivity_file.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>

namespace hone::cli
{
namespace
{

std::string curvesText(const Sensitivity& sensitivity)
{
    std::vector<std::string> header{"group", "channels"};
    for (const SensitivityPoint& point : sensitivity.groups.front().points)
        header.push_back(fmt::format("-{:g} %", 100 * point.ratio));
    Table table(std::move(header));
    for (const SensitivityGroup& group : sensitivity.groups) {
        std::vector<std::string> row{group.name, std::to_string(group.channels)};
        for (const SensitivityPoint& point : group.points)
            row.push_back(numberText(sensitivity.metric, point.value));
        table.add(std::move(row));
    }
    const std::string_view unitText = unit(sensitivity.metric);
    return fmt::format("{} of the whole model on {} samples of {}: {}{}{}; with one group pruned:\n{}", label(sensitivity.metric),
                       sensitivity.samples, name(sensitivity.split), numberText(sensitivity.metric, sensitivity.value),
                       unitText.empty() ? "" : " ", unitText, table.text());
}

class SensitivityVerb : public Verb
{
public:
    std::string name() const override { return "sensitivity"; }
    std::string summary() const override { return "Measures what pruning each group of layers alone costs, at several ratios"; }
    void declare(Command& command) override
    {
        command.positional("MODEL", m_model, "An ONNX file");
        command.requiredOption({"--data", "DIR", "The data's folder", ""}, m_data);
        FieldOptions options(command);
        visitFields(options, m_options);
        command.option({"--out", "FILE", "Where the curves go, for hone prune --scope sensitivity --sensitivity FILE", ""}, m_output);
        command.remark("Measured by the task's own metric; without labels by the cosine between the outputs "
                       "and the whole model's. "
                       "Of a model in a project's build folder the curves are kept beside it, too, where "
                       "pruning by the same importance finds them.");
        command.example("hone sensitivity model.onnx --data pictures --out curves.json");
    }
    int run(Console& console) override
    {
        if (!m_output.empty())
            checkOutput("--out", m_output, {m_model, m_data});
        const auto dataset = openRequiredData(m_data, "sensitivity");
        const auto begin = std::chrono::steady_clock::now();
        const auto kept = keptSensitivity(m_model, sensitivityFolderOf(m_model), dataset, m_options, console.job());
        const Sensitivity& sensitivity = kept.curves;
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        if (!m_output.empty())
            writeSensitivity(sensitivity, m_output);
        console.print(curvesText(sensitivity));
        console.print(fmt::format("{}; the channels are chosen by {}.{}{}\n",
                                  kept.isMeasuredAnew ? "Measured in " + secondsText(seconds) : "Measured before",
                                  nameOf(sensitivity.importance), kept.file.empty() ? "" : " Kept as " + kept.file.string() + ".",
                                  m_output.empty() ? "" : " Wrote " + m_output + "."));
        Json json = toJson(sensitivity);
        json["seconds"] = seconds;
        if (!kept.file.empty())
            json["kept"] = kept.file.string();
        if (!m_output.empty())
            json["output"] = m_output;
        console.print(json);
        return exitDone;
    }

private:
    std::string m_model;
    std::string m_data;
    std::string m_output;
    SensitivityOptions m_options;
};

} // namespace

std::unique_ptr<Verb> makeSensitivityVerb()
{
    return std::make_unique<SensitivityVerb>();
}

} // namespace hone::cli
