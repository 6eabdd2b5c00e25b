// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/step_verb.h"

#include "cli/exit_codes.h"
#include "cli/field_options.h"
#include "cli/paths.h"
#include "cli/record_text.h"
#include "cli/text.h"
#include "core/error.h"
#include "project/sensitivity_file.h"
#include "project/step_kinds.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <system_error>
#include <utility>

namespace hone::cli
{
namespace
{

// Collects the flags of what it visits.
struct Flags
{
    std::vector<std::string> all;
    std::map<std::string, std::string> byKey;
    template<class T>
    void operator()(const Field& field, T&)
    {
        all.emplace_back(field.flag);
        byKey.emplace(field.key, field.flag);
    }
    template<class Function>
    void group(const char*, Function&& visitInner)
    {
        visitInner(*this);
    }
};

// That say nothing where a step that may be followed by training isn't. Seed and threads are the whole step's.
std::vector<std::string> flagsOfRecovery()
{
    Flags flags;
    RecoveryParameters recovery;
    visitFields(flags, recovery);
    std::erase_if(flags.all,
                  [](const std::string& flag) { return flag == "--seed" || flag == "--threads" || flag == "--finetune-epochs"; });
    return flags.all;
}

// The engine names options by their recipe keys, and in single quotes those that it expects beside one.
Error withFlags(const Error& error, StepParameters parameters)
{
    if (error.code() != MessageCode::BadOption)
        return error;
    Flags flags;
    std::visit([&](auto& alternative) { visitFields(flags, alternative); }, parameters);
    MessageArguments arguments = error.message().arguments;
    if (const auto flag = flags.byKey.find(arguments["option"]); flag != flags.byKey.end())
        arguments["option"] = flag->second;
    std::string& expected = arguments["expected"];
    for (const auto& [key, flag] : flags.byKey)
        for (auto at = expected.find("'" + key + "'"); at != expected.npos; at = expected.find("'" + key + "'"))
            expected.replace(at, key.size() + 2, flag);
    return Error(error.code(), std::move(arguments));
}

std::string changeTable(const StepResult& result)
{
    std::vector<const Evaluation*> columns = {&result.before, &result.after};
    std::vector<std::string> titles = {"", "before", "after"};
    if (result.teacher) {
        columns.push_back(&*result.teacher);
        titles.emplace_back("teacher");
    }
    Table table(titles);
    const auto row = [&](const std::string& title, auto textOf) {
        std::vector<std::string> cells = {title};
        for (const Evaluation* column : columns)
            cells.push_back(textOf(*column));
        table.add(cells);
    };
    const auto any = [&](auto holds) { return std::ranges::any_of(columns, [&](const Evaluation* column) { return holds(*column); }); };
    if (any([](const Evaluation& column) { return metricOf(column).has_value(); }))
        row(metricLabel(metricOf(result.after) ? result.after : result.before) + " on validation", metricText);
    if (result.tidied) {
        table.add({"nodes", std::to_string(result.tidied->before.nodes), std::to_string(result.tidied->after.nodes)});
        table.add({"initializers", std::to_string(result.tidied->before.initializers), std::to_string(result.tidied->after.initializers)});
    }
    row("size", [](const Evaluation& column) { return bytesText(column.facts.sizeBytes); });
    if (result.sparsity || any([](const Evaluation& column) { return compressesWell(column.facts); }))
        row("size, compressed", [](const Evaluation& column) { return compressedText(column.facts); });
    row("parameters", [](const Evaluation& column) { return countText(column.facts.parameters); });
    row("MACs", [](const Evaluation& column) { return countText(column.facts.macs); });
    row("latency p50", latencyText);
    return table.text();
}

} // namespace

StepVerb::StepVerb(StepVerbText text, StepParameters parameters) : m_text(std::move(text)), m_parameters(std::move(parameters)) {}

void StepVerb::declare(Command& command)
{
    if (takesModel())
        command.positional(m_text.model, m_model, "The ONNX file to start from; it stays as it is");
    FieldOptions options(command);
    std::visit([&](auto& parameters) { visitFields(options, parameters); }, m_parameters);
    if (!m_text.dataHelp.empty())
        command.option({"--data", "DIR", m_text.dataHelp, ""}, m_data);
    if (std::holds_alternative<QuantizeParameters>(m_parameters))
        command.option({"--calibration", "DIR", "A folder in which what calibration saw is kept for other --ranges", ""}, m_calibration);
    command.requiredOption({"--out", "FILE", "Where the new model goes; replaced if it is there", ""}, m_output);
    command.example(m_text.example);
    m_command = command;
}

void StepVerb::settle(StepParameters& parameters, const Command& command)
{
    const auto refuse = [this](const std::string& detail) {
        throw Error(MessageCode::UsageInvalid, {{"detail", detail}, {"verb", m_text.name}});
    };
    if (const auto* quantizing = quantizingOf(parameters)) {
        if (command.given("--percentile") && quantizing->ranges != RangeMethod::Percentile)
            refuse("--percentile has no meaning without --ranges percentile");
        if (!m_calibration.empty() && !readsSamples(*quantizing))
            refuse("--calibration has no meaning without --method static, which alone calibrates");
    }
    if (trains(parameters) || !command.has("--finetune-epochs") || command.given("--finetune-epochs"))
        return; // 0 epochs that were asked for: a script that varies them
    for (const auto& flag : flagsOfRecovery())
        if (command.given(flag))
            refuse(flag + " says how fine-tuning learns, so it needs --finetune-epochs");
}

void StepVerb::requireCalibrationFolder() const
{
    std::error_code ignored;
    if (std::filesystem::exists(m_calibration, ignored) && !std::filesystem::is_directory(m_calibration, ignored))
        throw Error(MessageCode::BadOption,
                    {{"option", "--calibration"}, {"value", m_calibration}, {"expected", "a folder, which is made where there is none"}});
}

int StepVerb::run(Console& console)
{
    try {
        return perform(console);
    } catch (const Error& error) {
        throw withFlags(error, m_parameters);
    }
}

int StepVerb::perform(Console& console)
{
    settle(m_parameters, *m_command);
    requireConsistentParameters(m_parameters);
    requireCalibrationFolder();
    std::vector<std::filesystem::path> inputs = filesReadBy(m_parameters);
    inputs.emplace_back(m_data);
    if (takesModel())
        inputs.emplace_back(m_model);
    checkOutput("--out", m_output, inputs);
    std::optional<Dataset> dataset;
    if (needsData(m_parameters))
        dataset = openRequiredData(m_data, m_text.name);
    else
        dataset = openOptionalData(m_data);

    StepInput input{.model = m_model, .dataset = dataset ? &*dataset : nullptr, .output = m_output};
    input.calibration = m_calibration;
    if (takesModel())
        input.sensitivity = sensitivityFolderOf(m_model);
    const auto meter = m_device.meter(m_model);
    input.evaluate.meter = meter.get();
    const auto result = runStep(m_parameters, input, console.job());
    console.notices(result.notices);
    console.print(changeTable(result));
    console.print(recordText(m_parameters, result));
    if (result.tidied && result.tidied->maxRelativeDifference)
        console.print(fmt::format("Its outputs are those of the model before, within {:.2g} of the largest.\n",
                                  *result.tidied->maxRelativeDifference));
    console.print(fmt::format("Wrote {} in {}.\nsha256 {}\n", m_output, secondsText(result.seconds), result.sha256));
    Json json = toJson(result);
    m_device.tell(console, json);
    console.print(json);
    return exitDone;
}

} // namespace hone::cli
